"""Rewriting syntax that a grammar does not know as syntax that it knows, byte for byte in place."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from synthcode.languages.rules import Rewrite

_NOT_NEWLINE = re.compile(rb"[^\n]")


def rewritten(data: bytes, rewrites: Iterable[Rewrite], literals: re.Pattern[bytes]) -> bytes:
    """Return a text of the same length and the same lines, with newer syntax in older words.

    Parameters
    ----------
    data
        The text.
    rewrites
        What to rewrite, one after another.
    literals
        Matches tokens; those in the group ``literal`` are comments and strings, in which nothing is rewritten.
    """
    code = None
    for rewrite in rewrites:
        if rewrite.hint not in data:
            continue
        code = masked(data, literals) if code is None else code
        groups = range(1, rewrite.pattern.groups + 1)
        spans = [found.span(group) for found in rewrite.pattern.finditer(code) for group in groups]
        data, code = (_replaced(text, spans, rewrite.replacement) for text in (data, code))
    return data


@functools.lru_cache(maxsize=2)
def masked(data: bytes, literals: re.Pattern[bytes]) -> bytes:
    """Blank comments, and what stands between the quotes of strings. The last texts are remembered."""
    spans = []
    for token in literals.finditer(data):
        start, end = token.span("literal")
        if start >= 0:
            quoted = data[end - 1 : end] in (b'"', b"'", b"`")
            spans.append((start + quoted, end - quoted))
    return _replaced(data, spans, b"")


def _replaced(data: bytes, spans: list[tuple[int, int]], replacement: bytes) -> bytes:
    parts, done = [], 0
    for start, end in spans:
        if start >= done:
            piece = data[start:end]
            blank = _NOT_NEWLINE.sub(b" ", piece) if b"\n" in piece else b" " * len(piece)
            parts += [data[done:start], replacement + blank[len(replacement) :]]
            done = end
    return b"".join([*parts, data[done:]])
