"""Texts with the verdict of their language: ``tests/data/syntax``, one file a language.

A case begins with a line ``#### valid: its name`` or ``#### invalid: its name``. ``(newer)`` after the name says that
the toolchains that Debian ships are too old for it, or that their parser takes it and a later stage misses its names.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

_FOLDER = Path(__file__).parents[2] / "data" / "syntax"
_HEADING = re.compile(r"^#### (valid|invalid): (.+)\n", re.MULTILINE)


class SyntaxCase(NamedTuple):
    """One text."""

    language: str
    name: str
    valid: bool
    text: str


def syntax_cases() -> list[SyntaxCase]:
    """Read every case."""
    return [case for path in sorted(_FOLDER.glob("*.txt")) for case in _cases(path)]


def _cases(path: Path) -> list[SyntaxCase]:
    parts = _HEADING.split(path.read_text(encoding="utf-8"))[1:]
    return [
        SyntaxCase(path.stem, name, verdict == "valid", text.strip("\n") + "\n")
        for verdict, name, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    ]
