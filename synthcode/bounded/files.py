"""Opening files of unknown origin: regular files only, up to a maximum size."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import IO

from synthcode.errors import InputError

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
    stat.S_IFLNK: "a symbolic link",
}


def open_regular(path: Path | str, *, follow: bool = True) -> IO[bytes]:
    """Open a file for reading that is neither a device, a pipe, a socket nor a folder. It never waits for a writer.

    Parameters
    ----------
    path
        The file.
    follow
        Whether a symbolic link may lead to it, as links in the cache of the Hub's client do.

    Raises
    ------
    InputError
        If there is something else at the path.
    OSError
        If there is nothing, or it may not be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW))
    except OSError:
        refuse_special(path, follow=follow)
        raise
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise _not_regular(path, mode)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def refuse_special(path: Path | str, *, follow: bool = True) -> None:
    """Refuse what is there and no regular file.

    Raises
    ------
    InputError
        If it is a device, a pipe, a socket or a folder.
    """
    try:
        mode = os.stat(path, follow_symlinks=follow).st_mode
    except (OSError, ValueError):
        return
    if not stat.S_ISREG(mode):
        raise _not_regular(path, mode)


def read_bytes(path: Path | str, limit: int, *, follow: bool = True) -> bytes:
    """Return the content of a regular file.

    Raises
    ------
    InputError
        If it is not a regular file, or holds more than ``limit`` bytes.
    OSError
        If there is no such file, or it may not be read.
    """
    with open_regular(path, follow=follow) as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise InputError(f"{path} is larger than {limit:,} bytes", "check that it is the file that you mean")
    return content


def read_text(path: Path | str, limit: int, *, follow: bool = True) -> str:
    """Return the text of a regular file of UTF-8, with ``\\n`` line ends.

    Raises
    ------
    InputError
        If it is not a regular file, not UTF-8, or holds more than ``limit`` bytes.
    OSError
        If there is no such file, or it may not be read.
    """
    try:
        text = read_bytes(path, limit, follow=follow).decode("utf-8")
    except UnicodeDecodeError as problem:
        raise InputError(
            f"{path} is not UTF-8: {problem.reason} at byte {problem.start:,}", "save the file as UTF-8"
        ) from problem
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _not_regular(path: Path | str, mode: int) -> InputError:
    kind = _KINDS.get(stat.S_IFMT(mode), "not a regular file")
    return InputError(f"{path} is {kind}, not a file", "put a regular file there, or name another path")
