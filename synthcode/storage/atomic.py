"""Files that appear whole: written under a temporary name, made durable, then renamed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from synthcode.bounded.writing import make_folder

TEMPORARY = ".writing-"
"""Begins the name of whatever is not complete; what is found at a start is left from a kill."""


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """Give a stream whose content takes the place of ``path`` when the block ends without an error.

    Both the file and its folder are durable then: a power cut leaves the old file or the new one. The temporary file is
    made anew, so that a link which lies in its place is never written through.

    Parameters
    ----------
    path
        The file; its folder is made if it is missing.
    """
    make_folder(path.parent)
    temporary = path.with_name(TEMPORARY + path.name)
    temporary.unlink(missing_ok=True)
    try:
        with temporary.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    sync(path.parent)


def write_text(path: Path, pieces: str | Iterable[str]) -> int:
    """Write text as one UTF-8 file, as ``writing`` does; return its bytes."""
    size = 0
    with writing(path) as stream:
        for piece in (pieces,) if isinstance(pieces, str) else pieces:
            size += stream.write(piece.encode())
    return size


def sync(path: Path) -> None:
    """Make a file or folder durable: after this a power cut does not undo it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_temporary_files(folder: Path) -> None:
    """Remove the temporary files that kills have left in a folder and in those below it; links are not followed.

    The caller holds the folder's lock.
    """
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            if name.startswith(TEMPORARY) and not stat.S_ISDIR(path.lstat().st_mode):
                path.unlink(missing_ok=True)
