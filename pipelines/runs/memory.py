"""How much memory a stage may take."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Annotated, Any

import psutil
from pydantic import BeforeValidator, ByteSize, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

_LEAST = 64 << 20
_MOST = 1 << 60
_CGROUP = Path("/sys/fs/cgroup")


def parse_memory(value: Any) -> int:
    """Return the bytes of a size such as ``1GB``, ``1.5 GiB`` or a number of bytes.

    Raises
    ------
    PydanticCustomError
        If it is not a size, or too small to work with.
    """
    try:
        size = 0 if isinstance(value, bool) else int(_byte_size().validate_python(value))
    except ValidationError:
        size = 0
    if not _LEAST <= size <= _MOST:
        raise PydanticCustomError("memory", "should be a size of at least 64 MiB, such as 1GB or 500MB")
    return size


@functools.cache
def _byte_size() -> TypeAdapter[ByteSize]:
    return TypeAdapter(ByteSize)  # made when it is needed: it takes as long as to import a package


MemorySize = Annotated[int, BeforeValidator(parse_memory)]
"""A number of bytes that users write with a unit."""


def memory_budget(limit: int | None) -> int:
    """Return the bytes that a stage may use: the limit, or half of the free memory without one."""
    return max(free_memory() // 2, _LEAST) if limit is None else limit


def free_memory(cgroup: Path = _CGROUP) -> int:
    """Return the bytes that processes can still have: of the machine, or of the container where that has less."""
    free = int(psutil.virtual_memory().available)
    try:
        limit = int((cgroup / "memory.max").read_text())  # "max" if there is no limit
        return min(free, max(limit - int((cgroup / "memory.current").read_text()), 0))
    except (OSError, ValueError):
        return free
