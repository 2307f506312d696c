"""Writing into folders of unknown origin: nothing is written through a link."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import IO

from synthcode.errors import InputError, StorageError
from synthcode.sanitize import visible

_FIX = "remove it if you did not put it there; to keep data elsewhere, link or mount the whole folder"


def make_folder(folder: Path) -> None:
    """Make a folder that the user named, and those above it.

    Raises
    ------
    InputError
        If a file is in the way, or a link that leads nowhere.
    """
    refuse_obstacles(folder)
    folder.mkdir(parents=True, exist_ok=True)


def refuse_obstacles(folder: Path) -> None:
    """Refuse a folder that cannot be made: something else has its name, or the name of a folder above it.

    Raises
    ------
    InputError
        Naming what is in the way.
    """
    for place in (folder, *folder.parents):
        if place.is_dir():
            return
        if place.exists():
            what = "is a file" if place.is_file() else "is not a folder"
            raise InputError(f"{visible(str(place))} {what}", "name a folder, one that need not exist yet")
        if place.is_symlink():
            raise InputError(
                f"{visible(str(place))} is a link to {visible(os.readlink(place))}, which does not exist",
                "make that folder, or remove the link",
            )


def remove_link(path: Path) -> None:
    """Remove what lies in the place of a temporary file or folder, if it is a link; what it leads to stays."""
    if path.is_symlink():
        path.unlink()


def refuse_links(folder: Path) -> None:
    """Refuse a folder that holds, at any depth, something else than files and folders.

    A link in a downloaded run would lead what is written into it, or removed from it, elsewhere; a pipe would make a
    reader wait for ever. The folder itself may be a link: its user named it.

    Raises
    ------
    StorageError
        Naming the first of them.
    """
    waiting = [str(folder)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                mode = entry.stat(follow_symlinks=False).st_mode
                if stat.S_ISDIR(mode):
                    waiting.append(entry.path)
                elif not stat.S_ISREG(mode):
                    what = "a symbolic link" if stat.S_ISLNK(mode) else "neither a file nor a folder"
                    raise StorageError(f"{entry.path} is {what}: nothing is written next to it", _FIX)


def open_own(path: Path) -> IO[str]:
    """Open a text file for reading and writing, made if missing, its content left as it is.

    Raises
    ------
    StorageError
        If it is a link, or not a regular file.
    OSError
        If it may not be written.
    """
    return _open_regular(path, os.O_RDWR | os.O_CREAT, "r+")


def open_existing(path: Path) -> IO[str]:
    """Open a text file for reading only, as :func:`open_own` does for both; it is not made.

    Raises
    ------
    StorageError
        If it is a link, or not a regular file.
    OSError
        If it is missing, or may not be read.
    """
    return _open_regular(path, os.O_RDONLY, "r")


def _open_regular(path: Path, flags: int, mode: str) -> IO[str]:
    try:
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    except OSError as problem:
        if problem.errno in (errno.ELOOP, errno.ENXIO, errno.ENODEV, errno.EISDIR):
            raise StorageError(f"{path} is not a regular file: nothing is written to it", _FIX) from problem
        raise
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise StorageError(f"{path} is not a regular file: nothing is written to it", _FIX)
        return os.fdopen(descriptor, mode, encoding="utf-8", errors="replace")
    except BaseException:
        os.close(descriptor)
        raise
