"""Telling a translation from its source handed back."""

from __future__ import annotations

import functools
import re
from collections import Counter
from typing import NamedTuple

from synthcode.languages import Language
from synthcode.languages.rules import RULES

_TOKEN = re.compile(r"\w+|[^\w\s]")
_COMMENTS = {
    "#": re.compile(r"\"\"\".*?(?:\"\"\"|\Z)|'''.*?(?:'''|\Z)|(?<!\S)#[^\n]*", re.DOTALL),
    "//": re.compile(r"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL),
}
"""By the mark of a line comment. Strings are not looked at: what is wrongly cut is cut on both sides."""
_COMMENT_MARKS = {"#": ("#", '"""', "'''"), "//": ("//", "/*")}
"""Code without these has no comments."""
_COMMENTED = 0.4
"""Code less like its source than this is not its source with other comments, but for very long ones."""


_TYPESCRIPT = """: ? ! < | interface type as enum readonly private public protected number string boolean any unknown
    void never implements declare namespace abstract satisfies keyof is"""
_CPP = """std cout cin endl bool nullptr auto namespace using template typename class new delete static_cast
    constexpr string vector public private override virtual noexcept & : cstdio cstdlib cstring cmath
    cstdint cstddef climits cctype cassert iostream algorithm"""
_JAVA = """boolean final extends implements import package throws super instanceof println printf Integer Character
    ArrayList HashMap length size charAt toString equals isEmpty"""
_CSHARP = """bool string object using namespace foreach readonly virtual override sealed base Console WriteLine
    Length Count Dictionary const internal"""


class _Changes(NamedTuple):
    """What a translation between two languages changes."""

    lost: frozenset[str]
    """Tokens of which it has fewer than its source."""
    gained: frozenset[str]
    """Tokens of which it has more."""


def _changes(lost: str, gained: str = "") -> _Changes:
    return _Changes(frozenset(_TOKEN.findall(lost)), frozenset(_TOKEN.findall(gained)))


_NEAR = {
    ("typescript", "javascript"): _changes(_TYPESCRIPT, "require exports"),
    ("cpp", "c"): _changes(_CPP, "h void struct malloc free NULL"),
    ("java", "csharp"): _changes(_JAVA),
    ("csharp", "java"): _changes(_CSHARP),
    **{(source, target): _changes("", "class") for source in ("c", "cpp") for target in ("java", "csharp")},
    **{(source, target): _changes("class static") for source in ("java", "csharp") for target in ("c", "cpp")},
}
"""By source and target language. A small program hardly differs between these: such a token, or a name in the other
convention, is all that tells a translation."""


def is_unchanged(code: str, target: Language, source_code: str, source: Language, similarity: float) -> bool:
    """Return whether code equals its source, whatever its layout and its comments.

    If programs of the source's language are also programs of the target's (JavaScript and TypeScript, C and C++), a
    translation may be nearly the same text: there only the same tokens in the same order count as the source. Between
    other languages that are near each other (Java and C#, C++ and C, TypeScript and JavaScript), similar code is a
    translation if it gave up something that only the source's language has: a keyword, a type, a header, a naming
    convention. The same tokens are never a translation, even if they are valid in both languages.

    Parameters
    ----------
    code, target
        The code, and the language that it should be in.
    source_code, source
        The source, and its language.
    similarity
        The least share of common tokens (counted twice, over the tokens of both) at which code counts as its source.
        Of 20,752 true translations between languages that do not include one another, not one reaches 0.95.
    """
    if source.name in RULES[target.name].includes:
        return _bare_tokens(code, source) == _bare_tokens(source_code, source)
    counted = Counter(_TOKEN.findall(code))
    raw = _similarity(counted, _counted(source_code))
    if raw < min(similarity, _COMMENTED):
        return False
    ours, theirs = _bare(code, source, counted), _bare_source(source_code, source)
    if max(raw, _similarity(ours, theirs)) < similarity:
        return False
    return not _is_translated(ours, theirs, _NEAR.get((source.name, target.name)))


def _is_translated(ours: Counter[str], theirs: Counter[str], changes: _Changes | None) -> bool:
    """Return whether what differs between similar programs is what a translation changes."""
    if changes is None:
        return False
    lost, gained = theirs - ours, ours - theirs
    if not lost.keys().isdisjoint(changes.lost) or not gained.keys().isdisjoint(changes.gained):
        return True
    return not {token.lower() for token in lost}.isdisjoint(token.lower() for token in gained)


def _similarity(ours: Counter[str], theirs: Counter[str]) -> float:
    common = ours.keys() & theirs.keys()
    shared = sum(map(min, map(ours.__getitem__, common), map(theirs.__getitem__, common)))
    return 2 * shared / max(1, ours.total() + theirs.total())


@functools.lru_cache(maxsize=64)
def _counted(text: str) -> Counter[str]:
    return Counter(_TOKEN.findall(text))


@functools.lru_cache(maxsize=64)
def _bare_source(text: str, language: Language) -> Counter[str]:
    return _bare(text, language, _counted(text))


def _bare(code: str, language: Language, counted: Counter[str]) -> Counter[str]:
    """Return how often each token stands in code that no formatter changes; ``counted`` are all tokens."""
    if any(mark in code for mark in _COMMENT_MARKS[language.line_comment]):
        return Counter(_bare_tokens(code, language))
    bare = counted.copy()
    if quotes := bare.pop("'", 0):
        bare['"'] += quotes
    for token in ";,":
        bare.pop(token, None)
    return bare


def _bare_tokens(code: str, language: Language) -> list[str]:
    """Return the tokens that no formatter changes."""
    tokens = _TOKEN.findall(_COMMENTS[language.line_comment].sub(" ", code).replace("'", '"'))
    return [token for token in tokens if token not in ";,"]
