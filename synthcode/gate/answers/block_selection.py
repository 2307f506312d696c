"""Choosing the translation among several sound blocks of one answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from synthcode.comments.snippets import parse_snippet
from synthcode.entry_points import definitions
from synthcode.gate.answers.extraction import Block
from synthcode.languages import Language
from synthcode.languages.parsing import ParseTimeout
from synthcode.schemas.records import Rejection

_CALLED = re.compile(r"\b(\w++[?!]?)\s*+\(")
"""A name before a bracket; Ruby's may end in a mark."""
_WORD = re.compile(r"[\w$@]+")
_TYPE = re.compile(r"\b(?:class|struct|interface|enum|record|module|trait|object)\s++(\w++)")
_ACCESS = ("?.", ".", "->", "::")
_OWNER_CHARS = 80
_OWN = frozenset({"this", "self", "cls", "static", "parent", "super", "$this", "Self"})
_BETTER = re.compile(
    r"\b(?:correct(?:ed|ion)?|fixed|final|complete|full|whole|revised|updated|actual|working|proper|after)\b",
    re.IGNORECASE,
)
_WORSE = re.compile(
    r"\b(?:incorrect|wrong|buggy|na[iï]ve|broken|before|draft|skeleton|outline|signature|stub|first attempt|incomplete"
    r"|partial|does(?:n['’]t| not) (?:work|compile))\b",
    re.IGNORECASE,
)
"""What a model says of a block that it replaces by a later one."""


def choose(
    blocks: Sequence[Block],
    target: Language,
    source_code: str,
    source: Language,
    entry_point: str | None,
    parts: Sequence[Block] = (),
) -> Block | Rejection:
    """Return the block that is the translation.

    That is the one that defines most of what the source defines, names compared without case and underscores. Of
    those that define as much it is the one that the words before it call corrected or complete, or else the first:
    later ones are usage examples and variations. Blocks are never put together: where the chosen one calls what only
    another defines, the answer is rejected as ``split``. A member of something else does not count: ``out.add(...)``
    is the list's, even if another block defines an ``add``.

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
    expected = {_plain(name) for name in [*_defined(source_code, source), *([entry_point] if entry_point else [])]}
    defined = [_defined(block.code, target) for block in blocks]
    scores = [
        (len(expected & {_plain(name) for name in names}), _standing(block.lead))
        for block, names in zip(blocks, defined, strict=True)
    ]
    best = scores.index(max(scores))
    elsewhere: dict[str, set[str]] = {}
    for names in (*defined, *(_defined(block.code, target) for block in parts)):
        for name, types in names.items():
            elsewhere.setdefault(name, set()).update(types)
    calls = _calls(blocks[best].code, target)
    for name in sorted(elsewhere.keys() - defined[best].keys()):
        if any(_is_meant(owner, elsewhere[name], blocks[best].code) for owner in calls.get(name, ())):
            return Rejection("split", f"it calls {name!r}, which another block defines")
    return blocks[best]


def _standing(lead: str) -> int:
    """Return what the words before a block say of it: 1 for a corrected or complete version, -1 for one before that."""
    return 1 if _BETTER.search(lead) else -1 if _WORSE.search(lead) else 0


def _calls(code: str, target: Language) -> dict[str, set[str | None]]:
    """Return the names that are called, and what each is a member of; None for nothing."""
    built_in = target.built_in
    if target.name == "cpp" and "using namespace std" not in code:
        built_in = frozenset()
    calls: dict[str, set[str | None]] = {}
    for called in _CALLED.finditer(code):
        name, start = called[1], called.start()
        owner = _owner(code[max(start - _OWNER_CHARS, 0) : start].rstrip())
        if owner is not None or name not in built_in:
            calls.setdefault(name, set()).add(None if owner in _OWN else owner)
    return calls


def _owner(before: str) -> str | None:
    """Return what a name is a member of by the text before it: a word, ``''`` for an expression, None for nothing."""
    access = next((mark for mark in _ACCESS if before.endswith(mark)), None)
    if access is None or before.endswith(".."):  # the end of a range, what is spread
        return None
    words = _WORD.findall(before)
    return words[-1] if words and before.removesuffix(access).rstrip().endswith((words[-1], f"{words[-1]}()")) else ""


def _is_meant(owner: str | None, types: set[str], code: str) -> bool:
    """Return whether a call of a member of ``owner`` means a function of another block, a member of ``types``."""
    if owner is None or owner in types:
        return True
    return not (types - set(_TYPE.findall(code))).isdisjoint(_WORD.findall(code))


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _defined(code: str, language: Language) -> dict[str, frozenset[str]]:
    """Return the names of the functions that a block defines, and the types that they are members of."""
    try:
        found = definitions(parse_snippet(code, language), language)
    except ParseTimeout:
        return {}
    names: dict[str, frozenset[str]] = {}
    for one in found:
        names[one.name] = names.get(one.name, frozenset()) | one.types
    return names
