"""Choosing the translation among several sound blocks of one answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from synthcode.comments.snippets import parse_snippet
from synthcode.entry_points import definitions
from synthcode.gate.extraction import Block
from synthcode.languages import Language
from synthcode.languages.parsing import ParseTimeout
from synthcode.schemas.records import Rejection

_CALLED = re.compile(r"\b(\w++[?!]?)\s*+\(")
"""A name before a bracket; Ruby's may end in a mark."""


def choose(
    blocks: Sequence[Block],
    target: Language,
    source_code: str,
    source: Language,
    entry_point: str | None,
    parts: Sequence[Block] = (),
) -> Block | Rejection:
    """Return the block that is the translation.

    That is the one that defines most of what the source defines, names compared without case and underscores; the
    first of those that define as much: later ones are usage examples and variations. Blocks are never put together:
    where the chosen one calls what only another defines, the answer is rejected as ``split``.

    Parameters
    ----------
    blocks
        At least one, each a program of the target's language, the likeliest first.
    target, source
        The languages.
    source_code
        What was translated.
    entry_point
        The function that others call, where it is known.
    parts
        Blocks of the answer that cannot be the translation, and may hold a part of it.
    """
    if len(blocks) == 1 and not parts:
        return blocks[0]
    wanted = {_plain(name) for name in [*_defined(source_code, source), *([entry_point] if entry_point else [])]}
    names = [_defined(block.code, target) for block in blocks]
    scores = [len(wanted & {_plain(name) for name in defined}) for defined in names]
    best = scores.index(max(scores))
    called = set(_CALLED.findall(blocks[best].code))
    elsewhere = set().union(*names, *(_defined(block.code, target) for block in parts)) - names[best]
    for name in sorted(elsewhere):
        if name in called:
            return Rejection("split", f"it calls {name!r}, which another block defines")
    return blocks[best]


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _defined(code: str, language: Language) -> set[str]:
    try:
        return {definition.name for definition in definitions(parse_snippet(code, language), language)}
    except ParseTimeout:
        return set()
