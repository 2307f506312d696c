"""Rewriting syntax that a grammar does not know as syntax that it knows, byte for byte in place."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from synthcode.languages.rules import Rewrite

_BLANKED = bytes(byte if byte == 10 else 32 for byte in range(256))
"""The table that makes blanks of everything but line breaks."""


def rewritten(data: bytes, rewrites: Iterable[Rewrite], literals: re.Pattern[bytes]) -> bytes:
    """Return a text of the same lines, with newer syntax in older words; what is longer lengthens it.

    Parameters
    ----------
    data
        The text.
    rewrites
        What to rewrite, one after another.
    literals
        Matches comments and strings, in which nothing is rewritten, as in ``SyntaxRules``.
    """
    code = None
    for rewrite in rewrites:
        if not has_one_of(rewrite.hints, data):
            continue
        if rewrite.shown_by is not None and not rewrite.shown_by.search(b"\n" + data):
            continue
        code = masked(data, literals) if code is None else code
        groups = range(1, rewrite.pattern.groups + 1)
        spans = [found.span(group) for found in rewrite.pattern.finditer(code) for group in groups]
        if spans:
            data, code = (_replaced(text, spans, rewrite.replacement) for text in (data, code))
    return data


def has_one_of(hints: Iterable[bytes], data: bytes) -> bool:
    """Return whether one of several strings is part of a text."""
    for hint in hints:  # noqa: SIM110 - a generator takes five times as long, of some 50 calls for a text
        if hint in data:
            return True
    return False


@functools.lru_cache(maxsize=2)
def masked(data: bytes, literals: re.Pattern[bytes]) -> bytes:
    """Blank comments, and what stands between the quotes of strings. The last texts are remembered."""
    has_others = "other" in literals.groupindex
    spans = []
    for literal in literals.finditer(data):
        if has_others and literal.start("other") >= 0:
            continue
        start, end = literal.span()
        quoted = data[end - 1 : end] in (b'"', b"'", b"`")
        spans.append((start + quoted, end - quoted))
    return _replaced(data, spans, b"")


def _replaced(data: bytes, spans: list[tuple[int, int]], replacement: bytes) -> bytes:
    parts, done = [], 0
    for start, end in spans:
        if start >= done:
            parts += [data[done:start], replacement + data[start:end].translate(_BLANKED)[len(replacement) :]]
            done = end
    return b"".join([*parts, data[done:]])
