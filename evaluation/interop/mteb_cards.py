"""The card and the tables of a folder that ``export --format mteb`` wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from synthcode.bounded import limits
from synthcode.bounded.files import read_text
from synthcode.bounded.trees import parse_yaml
from synthcode.errors import InputError
from synthcode.evaluation.interop.mteb_names import CLONES, LABELS, task_name
from synthcode.storage.shards import read_file

ALL_SUBSETS = "all"
"""The subset of clones, or of labelled programs, of all languages."""

_EXPORT_AGAIN = "run 'synthcode export --format mteb' again"


@dataclass(frozen=True)
class ExportedCard:
    """The description of an exported folder."""

    folder: Path
    task: str
    variant: str
    split: str
    dataset: str
    """Digest of the rows that it was made from."""
    files: Mapping[str, str]
    """Configuration -> pattern of its files, of the split that is scored."""
    training_files: Mapping[str, str]
    """The same of the split that is trained on; empty if none is."""

    @property
    def subsets(self) -> list[str]:
        """Pairs of languages, or languages; of clones and classification also all of them together."""
        if self.task in (CLONES, LABELS):
            return list(self.files)
        return [name.removesuffix("-corpus") for name in self.files if name.endswith("-corpus")]


def read_card(folder: Path) -> ExportedCard:
    """Read the card of an exported folder.

    Raises
    ------
    InputError
        If the folder is not one.
    """
    try:
        _, matter, _ = read_text(folder / "README.md", limits.CARD).split("---\n", 2)
        tree = parse_yaml(matter)
        task, variant, split, dataset = (str(tree["synthcode"][key]) for key in ("task", "variant", "split", "dataset"))
        task_name(task, variant)
        files, training = (
            {
                str(config["config_name"]): str(file["path"])
                for config in tree["configs"]
                for file in config["data_files"]
                if file["split"] == name
            }
            for name in (split, "train" if task == LABELS else "")
        )
        return ExportedCard(folder.resolve(), task, variant, split, dataset, files, training)
    except (OSError, ValueError, LookupError, TypeError, InputError) as problem:
        raise InputError(
            f"{folder} is not a task that 'synthcode export --format mteb' wrote",
            "name one of the folders that it made: DIR/text2code, DIR/code2code, DIR/clones or DIR/classification",
        ) from problem


def read_tables(folder: Path, pattern: str) -> pa.Table:
    """Read the files of a pattern as one table.

    Raises
    ------
    InputError
        If there is none, one is damaged, or their columns differ.
    """
    files = sorted(folder.glob(pattern))
    if not files:
        raise InputError(f"{folder} has no file {pattern}", _EXPORT_AGAIN)
    try:
        return pa.concat_tables([read_file(file, fix=_EXPORT_AGAIN) for file in files])
    except pa.ArrowInvalid as problem:
        raise InputError(f"{folder}: files {pattern} differ in their columns", _EXPORT_AGAIN) from problem
