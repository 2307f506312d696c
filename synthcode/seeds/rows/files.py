"""The files that seeds are in: found, hashed, unpacked and read line by line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from synthcode.bounded.damage import NotUnpackable, damage
from synthcode.bounded.files import refuse_special
from synthcode.bounded.lines import UNREADABLE, read_lines
from synthcode.errors import InputError
from synthcode.identity import file_digest

_TEXT_SUFFIXES = (".jsonl", ".ndjson", ".csv", ".tsv")
_PACKED = ("", ".gz", ".bz2", ".xz", ".zst", ".zip")
_SUFFIXES = (*(f"{suffix}{packed}" for suffix in _TEXT_SUFFIXES for packed in _PACKED), ".parquet")
_JSON_SUFFIXES = tuple(f".json{packed}" for packed in _PACKED)


class DataFile(NamedTuple):
    """A file of rows."""

    name: str
    """Its path relative to the configured folder, with slashes; the file name, if a file was configured."""
    path: Path


def data_files(path: str) -> list[DataFile]:
    """Return the file, or every table below the folder, in the order of their names.

    Hidden files and folders are left out; ``.json`` counts where a folder holds no other tables, since those files
    are often settings.

    Raises
    ------
    InputError
        If there is nothing at the path, or no table in it.
    """
    root = existing(path)
    if not root.is_dir():
        refuse_special(root)
        return [DataFile(root.name, root)]
    found = sorted(_below(root), key=lambda file: file.name)
    tables = [file for file in found if file.name.lower().endswith(_SUFFIXES)]
    tables = tables or [file for file in found if file.name.lower().endswith(_JSON_SUFFIXES)]
    if not tables:
        raise InputError(f"{path} holds no JSON Lines, CSV or Parquet file", "give the folder that the data is in")
    return tables


def existing(path: str) -> Path:
    """Return the path of something that is there.

    Raises
    ------
    InputError
        If nothing is.
    """
    root = Path(path)
    if not root.exists():
        raise InputError(f"{path} does not exist", "give the file or folder that the seeds are in")
    return root


def file_digests(files: Iterable[DataFile]) -> dict[str, str]:
    """Return the SHA-256 of every file, by its name."""
    digests = {}
    for file in files:
        try:
            digests[file.name] = file_digest(file.path)
        except OSError as problem:
            raise unreadable_file(file, problem) from problem
    return digests


def lines(file: DataFile) -> Iterator[bytes]:
    """Yield the lines of a file with their ends, unpacked if it is compressed; of a ``LongLine`` the beginning only.

    Raises
    ------
    InputError
        If the file cannot be read, or is cut short.
    """
    try:
        yield from read_lines(file.path)
    except UNREADABLE as problem:
        raise unreadable_file(file, problem) from problem


def _below(root: Path) -> Iterator[DataFile]:
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        for name in names:
            path = Path(folder, name)
            if not name.startswith(".") and path.is_file():
                yield DataFile(path.relative_to(root).as_posix(), path)


def unreadable_file(file: DataFile, problem: Exception) -> InputError:
    """Return the error for a file that may not be read, or is damaged."""
    what, fix = damage(problem)
    return InputError(f"{file.path} cannot be read to its end: {what}", fix)


@contextmanager
def damage_first(file: DataFile) -> Iterator[None]:
    """Say that a file is damaged rather than what is wrong with what its damaged data reads as.

    The checksum of compressed data comes after the data.

    Raises
    ------
    InputError
        If the file cannot be read to its end, or else as raised within.
    """
    try:
        yield
    except InputError:
        try:
            for _ in read_lines(file.path):
                pass
        except NotUnpackable:
            pass
        except UNREADABLE as problem:
            raise unreadable_file(file, problem) from problem
        raise
