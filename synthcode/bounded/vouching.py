"""Which files hold what this process wrote, or what a recorded digest says: native decoders may read them in it."""

from __future__ import annotations

import os
from pathlib import Path

_Mark = tuple[int, int, int, int, int]

_VOUCHED: set[_Mark] = set()


def vouch_for(path: Path) -> None:
    """Note that the content of a file is known. It is forgotten as soon as the file changes."""
    mark = _mark(path)
    if mark is not None:
        _VOUCHED.add(mark)


def is_vouched_for(path: Path) -> bool:
    """Return whether the content of a file is known, and has not changed since."""
    return _mark(path) in _VOUCHED


def _mark(path: Path) -> _Mark | None:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
