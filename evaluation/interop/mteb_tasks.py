"""An exported folder as a task that mteb runs, without the Hub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from synthcode.bounded import limits
from synthcode.bounded.files import read_text
from synthcode.bounded.trees import parse_yaml
from synthcode.errors import InputError, did_you_mean
from synthcode.evaluation.interop.mteb_names import MAIN_SCORE, languages_of_all, task_name
from synthcode.extras import install_line
from synthcode.storage.shards import read_file

if TYPE_CHECKING:
    from mteb.abstasks.retrieval import AbsTaskRetrieval
    from mteb.abstasks.task_metadata import TaskMetadata

PROMPTS = {
    "text2code": "Given a description of what a program does, retrieve a program that does it.",
    "code2code": "Given a program, retrieve a program in another language that does the same.",
}
"""Instructions of queries for models that take them; documents have none."""

_EXPORT_AGAIN = "run 'synthcode export --format mteb' again"


@dataclass(frozen=True)
class _Card:
    """The description of an exported folder."""

    folder: Path
    task: str
    variant: str
    split: str
    dataset: str
    """Digest of the rows that it was made from."""
    files: Mapping[str, str]
    """Configuration -> pattern of its files."""

    @property
    def subsets(self) -> list[str]:
        return [name.removesuffix("-corpus") for name in self.files if name.endswith("-corpus")]


def load_exported(folder: str | Path, subsets: Sequence[str] | None = None) -> AbsTaskRetrieval:
    """Return the task in one folder of ``synthcode export --format mteb``.

    Parameters
    ----------
    folder
        ``DIR/text2code`` or ``DIR/code2code``.
    subsets
        Pairs of languages, as ``python-java`` or ``text-java``; absent, all. mteb encodes every text once a subset.

    Raises
    ------
    InputError
        If mteb is not installed, the folder is not one of these, or lacks a subset.
    """
    require_mteb()
    from mteb.abstasks.retrieval import AbsTaskRetrieval

    card = _read_card(Path(folder))
    for subset in subsets or ():
        if subset not in card.subsets:
            near = did_you_mean(subset, card.subsets)
            raise InputError(f"{folder} has no subset {subset!r}{near}", f"it has {', '.join(card.subsets)}")
    selected = list(dict.fromkeys(subsets if subsets is not None else card.subsets))

    class ExportedTask(AbsTaskRetrieval):  # type: ignore[misc]
        metadata = _metadata(card, selected)

        def load_data(self, num_proc: int | None = None, **_: Any) -> None:
            """Read the folder; a file that several subsets share, once."""
            self.dataset = _read_subsets(card, selected)
            self.data_loaded = True

    task: AbsTaskRetrieval = ExportedTask()
    return task


def require_mteb() -> None:
    """Refuse to go on where mteb is not installed.

    Raises
    ------
    InputError
        With what to install.
    """
    try:
        import mteb  # noqa: F401
    except ImportError as problem:
        raise InputError(f"mteb cannot be imported: {problem}", install_line("mteb")) from problem


def task_metadata(task: str, variant: str, **fields: Any) -> TaskMetadata:
    """Return mteb's metadata of a task, on which a model's prompts may depend.

    Parameters
    ----------
    task, variant
        As ``text2code`` and ``stripped``.
    fields
        More of mteb's ``TaskMetadata``, or other values than those here.
    """
    from mteb.abstasks.task_metadata import TaskMetadata

    given: dict[str, Any] = {
        "name": task_name(task, variant),
        "description": f"Cross-language code retrieval, {variant} code, made by synthcode.",
        "type": "Retrieval",
        "category": "t2t",
        "modalities": ["text"],
        "prompt": {"query": PROMPTS[task]},
        "main_score": MAIN_SCORE,
        "eval_langs": ["eng-Latn"],
        "domains": ["Programming"],
        "task_subtypes": ["Code retrieval"],
        "dataset": {"path": "not/published", "revision": "none"},
    }
    return TaskMetadata(**(given | fields))


def _metadata(card: _Card, subsets: Sequence[str]) -> TaskMetadata:
    return task_metadata(
        card.task,
        card.variant,
        dataset={"path": str(card.folder), "revision": card.dataset},
        eval_splits=[card.split],
        eval_langs=languages_of_all(subsets),
    )


def _read_subsets(card: _Card, subsets: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return subset -> split -> what mteb's retrieval tasks hold: its own loader takes half a second a subset."""
    from datasets import Dataset

    @cache
    def read(pattern: str) -> Dataset:
        return Dataset(_read_tables(card.folder, pattern))

    def judged(subset: str) -> dict[str, dict[str, int]]:
        answers: dict[str, dict[str, int]] = {}
        for row in read(card.files[f"{subset}-qrels"]):
            answers.setdefault(row["query-id"], {})[row["corpus-id"]] = row["score"]
        return answers

    return {
        subset: {
            card.split: {
                "corpus": read(card.files[f"{subset}-corpus"]),
                "queries": read(card.files[f"{subset}-queries"]),
                "relevant_docs": judged(subset),
                "top_ranked": None,
            }
        }
        for subset in subsets
    }


def _read_tables(folder: Path, pattern: str) -> pa.Table:
    files = sorted(folder.glob(pattern))
    if not files:
        raise InputError(f"{folder} has no file {pattern}", _EXPORT_AGAIN)
    try:
        return pa.concat_tables([read_file(file, fix=_EXPORT_AGAIN) for file in files])
    except pa.ArrowInvalid as problem:
        raise InputError(f"{folder}: files {pattern} differ in their columns", _EXPORT_AGAIN) from problem


def _read_card(folder: Path) -> _Card:
    try:
        _, matter, _ = read_text(folder / "README.md", limits.CARD).split("---\n", 2)
        tree = parse_yaml(matter)
        task, variant, split, dataset = (str(tree["synthcode"][key]) for key in ("task", "variant", "split", "dataset"))
        task_name(task, variant)
        files = {str(config["config_name"]): str(config["data_files"][0]["path"]) for config in tree["configs"]}
        return _Card(folder.resolve(), task, variant, split, dataset, files)
    except (OSError, ValueError, LookupError, TypeError, InputError) as problem:
        raise InputError(
            f"{folder} is not a task that 'synthcode export --format mteb' wrote",
            "name one of the folders that it made: DIR/text2code or DIR/code2code",
        ) from problem
