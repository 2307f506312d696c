"""How much memory a stage may take."""

from __future__ import annotations

import re
from pathlib import Path

import psutil

from synthcode.errors import InputError

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_SIZE = re.compile(r"(?P<count>\d+(?:\.\d+)?)\s*(?P<unit>[KMGT]?)i?B?", re.IGNORECASE)
_LEAST = 64 << 20
_CGROUP = Path("/sys/fs/cgroup")


def memory_budget(asked: str | None) -> int:
    """Return the bytes that a stage may take: what was asked for, such as ``1GB``, else half of what is free.

    Raises
    ------
    InputError
        If it is no size, or too small to work with.
    """
    if asked is None:
        return max(free_memory() // 2, _LEAST)
    found = _SIZE.fullmatch(asked.strip())
    size = int(float(found["count"]) * _UNITS[found["unit"].upper()]) if found else 0
    if size < _LEAST:
        what = "is no size of memory" if found is None else f"is less than {_LEAST >> 20} MB"
        raise InputError(f"memory {asked!r} {what}", "give it as in 1GB or 500MB")
    return size


def free_memory(cgroup: Path = _CGROUP) -> int:
    """Return the bytes that processes can still have: of the machine, or of the container where that has less."""
    free = int(psutil.virtual_memory().available)
    try:
        limit = int((cgroup / "memory.max").read_text())  # "max" where there is none
        return min(free, max(limit - int((cgroup / "memory.current").read_text()), 0))
    except (OSError, ValueError):
        return free
