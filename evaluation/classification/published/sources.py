"""Where the files of a published benchmark are, and which split each of them holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from synthcode.bounded import limits
from synthcode.bounded.files import read_text
from synthcode.errors import InputError
from synthcode.evaluation.interop.hub_datasets import fetched_files
from synthcode.publishing.export.layout import MARK
from synthcode.seeds.rows.columns import split_name
from synthcode.seeds.rows.files import DataFile, data_files, lines
from synthcode.seeds.rows.kinds import format_of
from synthcode.vocabulary import SPLITS, Split

SUBFOLDERS = ("", "dataset", "data")
"""Where a benchmark's files are in its folder: CodeXGLUE's are in ``dataset``."""

_PATTERNS = ("*.parquet", "*.jsonl", "*.jsonl.gz", "*.csv", "*.txt")
_PACKED = ("", ".gz", ".bz2", ".xz", ".zst", ".zip")


def local_folder(path: str) -> Path:
    """Return a file or folder that is there, or a copy of the dataset of that name on the Hub.

    Raises
    ------
    InputError
        If there is neither.
    """
    fix = "name the benchmark's folder, or user/name on the Hub, with --path"
    found = fetched_files(Path(path), _PATTERNS, fix)
    if not found.exists():
        raise InputError(f"{path} does not exist", fix)
    return found


def find_file(root: Path, stem: str, suffixes: Sequence[str]) -> DataFile | None:
    """Return the first file of that name, packed or not; None if there is none."""
    for folder in SUBFOLDERS:
        for suffix in suffixes:
            for packed in _PACKED:
                path = root / folder / f"{stem}{suffix}{packed}"
                if path.is_file():
                    return DataFile(path.relative_to(root).as_posix(), path)
    return None


def is_own_export(root: Path, name: str) -> bool:
    """Return whether ``synthcode export`` wrote a folder in the layout of a benchmark: none of its rows are from it."""
    try:
        mark = json.loads(read_text(root / MARK, limits.CARD))
        return bool(mark["format"] == name)
    except (OSError, ValueError, LookupError, TypeError, RecursionError, InputError):
        return False


def text_lines(file: DataFile) -> Iterator[str]:
    """Yield the lines of a list of ids or positions, without a byte order mark.

    Raises
    ------
    InputError
        If the file cannot be read, or is not a text in UTF-8: an archive, a web page, a Git LFS pointer, UTF-16.
    """
    format_of(file)
    for number, line in enumerate(lines(file)):
        text = line.decode("utf-8", "replace")
        yield text if number else text.removeprefix("\ufeff")


def split_tables(root: Path, where: str) -> dict[Split, list[DataFile]]:
    """Return the tables of each split, by the names of the files.

    ``train.jsonl``, ``data/test-00000-of-00002.parquet`` and ``validation/0000.parquet`` say their split; a name with
    two splits in it says none.

    Raises
    ------
    InputError
        If no file does.
    """
    found = by_split(data_files(str(root)))
    if not found:
        raise InputError(
            f"{where} holds no table of a split",
            "give the folder that has train, valid and test files (.jsonl, .csv or .parquet)",
        )
    return found


def by_split(files: Iterable[DataFile]) -> dict[Split, list[DataFile]]:
    """Return split -> its files, those that are nearest to the root if several folders have some."""
    named = [(file, split) for file in files if (split := split_of(file.name)) is not None]
    depths = {split: min(file.name.count("/") for file, of in named if of == split) for _, split in named}
    found: dict[Split, list[DataFile]] = {}
    for split in SPLITS:
        mine = [file for file, of in named if of == split and file.name.count("/") == depths[split]]
        if mine:
            found[split] = mine
    return found


def split_of(name: str) -> Split | None:
    """Return the split that a file's name says, or its folder's; None if neither does."""
    for part in reversed(Path(name.lower()).parts):
        splits = {split_name(word) for word in re.split(r"[-_.]", part)} & set(SPLITS)
        if len(splits) == 1:
            return cast(Split, splits.pop())
    return None


def required(parts: Mapping[Split, object], splits: Sequence[Split], where: str) -> None:
    """Refuse a benchmark that lacks a split.

    Raises
    ------
    InputError
        Naming the splits that are missing.
    """
    missing = [split for split in splits if split not in parts]
    if missing:
        there = ", ".join(split for split in SPLITS if split in parts) or "no split"
        raise InputError(
            f"{where} has no {' and no '.join(missing)} split; it has {there}",
            "give all files of the benchmark: a threshold and a classifier are chosen on validation, never on test",
        )
