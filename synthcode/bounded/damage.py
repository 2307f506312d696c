"""What is wrong with a file that cannot be read to its end, and what to do about it."""

from __future__ import annotations

import errno
import lzma
import zipfile
import zlib
from typing import NamedTuple

_CUT_SHORT = "it ends before the end of its compressed data"
_DAMAGED = "its compressed data is damaged"
_WORDS_OF_CUT = ("truncated", "file is not a zip file", "ended before", "ends before")
_WORDS_OF_DAMAGE = ("crc", "corrupt", "invalid data", "decompress", "not a gzipped file", "bad magic")
_REFUSED = (errno.EACCES, errno.EPERM)


class NotUnpackable(OSError):
    """An archive that is whole and cannot be read here.

    Parameters
    ----------
    what
        What it is.
    fix
        What to do about it.
    """

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.fix = fix


class Damage(NamedTuple):
    """A reason why a file cannot be read."""

    what: str
    fix: str


def damage(problem: Exception, again: str = "fetch or copy the file again: it is not whole") -> Damage:
    """Return what an error of reading means.

    Parameters
    ----------
    problem
        One of ``compression.UNPACKING_ERRORS``.
    again
        What to do about a file that is damaged or cut short.
    """
    said = " ".join(str(problem).split())
    if isinstance(problem, NotUnpackable):
        return Damage(said, problem.fix)
    if isinstance(problem, OSError) and problem.errno is not None:
        said = problem.strerror or said
        if problem.errno in _REFUSED:
            return Damage(said, "fix the permissions of the file and of its folders")
        if problem.errno == errno.ENOENT:
            return Damage(said, "check that it is still there")
        return Damage(said, "check the disk that it is on, or copy the file again")
    words = said.lower()
    if isinstance(problem, EOFError) or any(word in words for word in _WORDS_OF_CUT):
        return Damage(_CUT_SHORT, again)
    if isinstance(problem, (zlib.error, lzma.LZMAError, zipfile.BadZipFile)) or any(
        word in words for word in _WORDS_OF_DAMAGE
    ):
        return Damage(f"{_DAMAGED} ({said})", again)
    return Damage(said or type(problem).__name__, again)
