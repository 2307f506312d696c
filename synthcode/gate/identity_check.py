"""Telling a translation from its source handed back."""

from __future__ import annotations

import functools
import re
from collections import Counter

from synthcode.languages import Language
from synthcode.languages.rules import RULES

_TOKEN = re.compile(r"\w+|[^\w\s]")
_COMMENTS = {
    "#": re.compile(r"\"\"\".*?(?:\"\"\"|\Z)|'''.*?(?:'''|\Z)|(?<!\S)#[^\n]*", re.DOTALL),
    "//": re.compile(r"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL),
}
"""By the mark of a line comment. Strings are not looked at: what is wrongly cut is cut on both sides."""
_COMMENTED = 0.4
"""Code less like its source than this is not its source with other comments, but for very long ones."""


def is_unchanged(code: str, target: Language, source_code: str, source: Language, similarity: float) -> bool:
    """Return whether code equals its source, whatever its layout and its comments.

    If programs of the source's language are also programs of the target's (JavaScript and TypeScript, C and C++), a
    translation may be nearly the same text: there only the same tokens in the same order count as the source.

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
    raw = _similarity(Counter(_TOKEN.findall(code)), _counted(source_code))
    if raw >= similarity or raw < _COMMENTED:
        return raw >= similarity
    return _similarity(Counter(_bare_tokens(code, source)), Counter(_bare_tokens(source_code, source))) >= similarity


def _similarity(ours: Counter[str], theirs: Counter[str]) -> float:
    return 2 * (ours & theirs).total() / max(1, ours.total() + theirs.total())


@functools.lru_cache(maxsize=64)
def _counted(text: str) -> Counter[str]:
    return Counter(_TOKEN.findall(text))


def _bare_tokens(code: str, language: Language) -> list[str]:
    """Return the tokens that no formatter changes."""
    tokens = _TOKEN.findall(_COMMENTS[language.line_comment].sub(" ", code).replace("'", '"'))
    return [token for token in tokens if token not in ";,"]
