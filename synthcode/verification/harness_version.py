"""What verdicts depend on besides programs and toolchains: the code that joins, runs and judges them."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from synthcode.verification.running.programs import RUN_LIMITS

_ROOM = Path(__file__).parent
_ENTRY_POINTS = _ROOM.parent / "entry_points.py"


@functools.cache
def harness_version() -> str:
    """Return the digest of this room's files and of the limits: with another one, programs are run again."""
    content = hashlib.blake2b(repr(RUN_LIMITS).encode(), digest_size=16)
    for path in sorted(file for file in _ROOM.rglob("*") if file.is_file() and "__pycache__" not in file.parts):
        content.update(path.relative_to(_ROOM).as_posix().encode() + b"\0" + path.read_bytes())
    content.update(_ENTRY_POINTS.read_bytes())
    return content.hexdigest()
