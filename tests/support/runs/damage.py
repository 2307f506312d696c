"""Damage as a failing disk does it."""

from __future__ import annotations

import os
from pathlib import Path


def flip_bit(file: Path, bit: int) -> None:
    """Flip one bit of a file; size and times stay."""
    before = file.stat()
    content = bytearray(file.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    file.write_bytes(content)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
