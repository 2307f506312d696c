"""Texts that no parser should be given: they keep one busy for minutes, in native code, or kill its process."""

from __future__ import annotations

import zlib
from itertools import accumulate

from synthcode.languages.parsing import MAX_BYTES
from synthcode.schemas.records import Rejection

MAX_DEPTH = 100
"""Brackets open at once."""
MAX_UNCLOSED = 30
"""Brackets open at the end. Error recovery can take time exponential in them: 44 take a second, 50 a minute, without
a call of the progress callback, so that no deadline ends it. Both bounds count brackets in strings and comments
too, and hold for all but a few of 4,900 source files of real projects, tables of system calls."""
REPETITIVE_BYTES = 8_000
REPETITIVE_RATIO = 30
"""A text longer than the one that deflates better than the other is the same few words over and over, as models
write when they are caught in a loop. 3,000 times ``a =>`` hang the parsers of Java and C, 10,000 times ``List<`` those
of Java and C#. The most regular of 1,400 source files of real projects reaches 9."""

_BRACKETS = b"()[]{}"
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in _BRACKETS)
_STEP = {bracket: 1 if bracket in b"([{" else -1 for bracket in _BRACKETS}


def hazard(data: bytes) -> Rejection | None:
    """Return why a text should not be parsed, or None.

    Reasons: ``too_long``, ``too_deep``, ``repetitive``; ``syntax_error`` for brackets that are never closed.
    """
    if len(data) > MAX_BYTES:
        return Rejection("too_long", f"{len(data):,} bytes, at most {MAX_BYTES:,} are parsed")
    brackets = data.translate(None, _NOT_BRACKETS)
    if len(brackets) > MAX_UNCLOSED and len(brackets.translate(None, b")]}")) > MAX_UNCLOSED:
        depths = list(accumulate(map(_STEP.__getitem__, brackets)))
        if max(depths) > MAX_DEPTH:
            return Rejection("too_deep", f"{max(depths):,} brackets are open at once, at most {MAX_DEPTH} may be")
        if depths[-1] > MAX_UNCLOSED:
            return Rejection("syntax_error", f"{depths[-1]:,} brackets are never closed")
    if len(data) > REPETITIVE_BYTES and len(data) > REPETITIVE_RATIO * len(zlib.compress(data, 1)):
        return Rejection("repetitive", f"{len(data):,} bytes of the same few words")
    return None
