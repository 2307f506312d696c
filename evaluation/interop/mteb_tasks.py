"""An exported folder as a task that mteb runs, without the Hub."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthcode.errors import InputError, did_you_mean
from synthcode.evaluation.interop.mteb_cards import ALL_SUBSETS, ExportedCard, read_card, read_tables
from synthcode.evaluation.interop.mteb_names import CLONES, LABELS, MAIN_SCORE, languages_of_all, task_name
from synthcode.extras import install_line

if TYPE_CHECKING:
    from mteb.abstasks.classification import AbsTaskClassification
    from mteb.abstasks.pair_classification import AbsTaskPairClassification
    from mteb.abstasks.retrieval import AbsTaskRetrieval
    from mteb.abstasks.task_metadata import TaskMetadata

PROMPTS = {
    "text2code": "Given a description of what a program does, retrieve a program that does it.",
    "code2code": "Given a program, retrieve a program in another language that does the same.",
}
"""Instructions of queries for models that take them; documents have none."""


def load_exported(
    folder: str | Path, subsets: Sequence[str] | None = None
) -> AbsTaskRetrieval | AbsTaskPairClassification | AbsTaskClassification:
    """Return the task in one folder of ``synthcode export --format mteb``.

    Parameters
    ----------
    folder
        ``DIR/text2code``, ``DIR/code2code``, ``DIR/clones`` or ``DIR/classification``.
    subsets
        Pairs of languages, as ``python-java`` or ``text-java``; absent, all. mteb encodes every text once a subset. The
        names of pairs of clones are in alphabetical order; absent, ``all``: one subset with the pairs of all languages.
        Of classification, languages; absent, ``all``.

    Raises
    ------
    InputError
        If mteb is not installed, the folder is not one of these, or lacks a subset.
    """
    require_mteb()
    card = read_card(Path(folder))
    for subset in subsets or ():
        if subset not in card.subsets:
            near = did_you_mean(subset, card.subsets)
            raise InputError(f"{folder} has no subset {subset!r}{near}", f"it has {', '.join(card.subsets)}")
    every = [ALL_SUBSETS] if card.task in (CLONES, LABELS) else card.subsets
    selected = list(dict.fromkeys(subsets if subsets is not None else every))
    if card.task == LABELS:
        return _label_task(card, selected)
    return _clone_task(card, selected) if card.task == CLONES else _retrieval_task(card, selected)


def _retrieval_task(card: ExportedCard, subsets: Sequence[str]) -> AbsTaskRetrieval:
    from mteb.abstasks.retrieval import AbsTaskRetrieval

    class ExportedTask(AbsTaskRetrieval):  # type: ignore[misc]
        metadata = _metadata(card, subsets)

        def load_data(self, num_proc: int | None = None, **_: Any) -> None:
            """Read the folder; a file that several subsets share, once."""
            self.dataset = _read_subsets(card, subsets)
            self.data_loaded = True

    task: AbsTaskRetrieval = ExportedTask()
    return task


def _clone_task(card: ExportedCard, subsets: Sequence[str]) -> AbsTaskPairClassification:
    from mteb.abstasks.pair_classification import AbsTaskPairClassification

    class ExportedClones(AbsTaskPairClassification):  # type: ignore[misc]
        metadata = _clone_metadata(card, subsets)

        def load_data(self, num_proc: int | None = None, **_: Any) -> None:
            """Read the folder."""
            from datasets import Dataset

            self.dataset = {
                subset: {card.split: Dataset(read_tables(card.folder, card.files[subset]))} for subset in subsets
            }
            self.data_loaded = True

    task: AbsTaskPairClassification = ExportedClones()
    return task


def _label_task(card: ExportedCard, subsets: Sequence[str]) -> AbsTaskClassification:
    from mteb.abstasks.classification import AbsTaskClassification

    class ExportedLabels(AbsTaskClassification):  # type: ignore[misc]
        metadata = _label_metadata(card, subsets)

        def load_data(self, num_proc: int | None = None, **_: Any) -> None:
            """Read the folder."""
            from datasets import Dataset

            self.dataset = {
                subset: {
                    "train": Dataset(read_tables(card.folder, card.training_files[subset])),
                    card.split: Dataset(read_tables(card.folder, card.files[subset])),
                }
                for subset in subsets
            }
            self.data_loaded = True

    task: AbsTaskClassification = ExportedLabels()
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
        "prompt": {"query": PROMPTS[task]} if task in PROMPTS else None,
        "main_score": MAIN_SCORE,
        "eval_langs": ["eng-Latn"],
        "domains": ["Programming"],
        "task_subtypes": ["Code retrieval"],
        "dataset": {"path": "not/published", "revision": "none"},
    }
    return TaskMetadata(**(given | fields))


def _metadata(card: ExportedCard, subsets: Sequence[str]) -> TaskMetadata:
    return task_metadata(
        card.task,
        card.variant,
        dataset={"path": str(card.folder), "revision": card.dataset},
        eval_splits=[card.split],
        eval_langs=languages_of_all(subsets),
    )


def _clone_metadata(card: ExportedCard, subsets: Sequence[str]) -> TaskMetadata:
    languages = languages_of_all(name for name in card.subsets if name != ALL_SUBSETS)
    every = sorted({language for pair in languages.values() for language in pair})
    return task_metadata(
        CLONES,
        card.variant,
        description=f"Pairs of clones across languages, {card.variant} code, made by synthcode.",
        type="PairClassification",
        prompt=None,
        main_score="max_ap",
        task_subtypes=["Duplicate Detection"],
        dataset={"path": str(card.folder), "revision": card.dataset},
        eval_splits=[card.split],
        eval_langs={subset: languages.get(subset, every) for subset in subsets},
    )


def _label_metadata(card: ExportedCard, subsets: Sequence[str]) -> TaskMetadata:
    languages = languages_of_all(name for name in card.subsets if name != ALL_SUBSETS)
    every = sorted({language for one in languages.values() for language in one})
    return task_metadata(
        LABELS,
        card.variant,
        description=f"Translations that pass or fail their tests, {card.variant} code, made by synthcode.",
        type="Classification",
        prompt=None,
        main_score="accuracy",
        task_subtypes=[],
        dataset={"path": str(card.folder), "revision": card.dataset},
        eval_splits=[card.split],
        eval_langs={subset: languages.get(subset, every) for subset in subsets},
    )


def _read_subsets(card: ExportedCard, subsets: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return subset -> split -> what mteb's retrieval tasks hold: its own loader takes half a second a subset."""
    from datasets import Dataset

    @cache
    def read(pattern: str) -> Dataset:
        return Dataset(read_tables(card.folder, pattern))

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
