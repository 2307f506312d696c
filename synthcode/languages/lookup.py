"""Finding a language by the names that people give it."""

from __future__ import annotations

import re

from synthcode.errors import InputError, did_you_mean
from synthcode.languages.model import Language
from synthcode.languages.table import LANGUAGES

_BY_ALIAS = {spelling: row for row in LANGUAGES.values() for spelling in (row.name, row.label.lower(), *row.aliases)}
_VENDOR_OR_VERSION = re.compile(
    r"^(?:gnu|ms|microsoft|mono|clang|\.net core) |[ ]?(?:\d[\dxyz.]{0,20}(?:-64)?|\([^()]{0,20}\)|diagnostics)$"
)
_LONGEST_NAME = 100
"""Names come from foreign tables, and words at their end are cut off one by one."""
_PYTHON_2 = re.compile(r"(?:python|pypy)[ -]?2[\d.]*")
_COMPILERS = {"pypy": "python", "cpython": "python", "node.js": "javascript", "nodejs": "javascript", "clang++": "c++"}
_BY_SUFFIX = {suffix: row for row in LANGUAGES.values() for suffix in row.suffixes}


def find_language(spelling: str) -> Language | None:
    """Return the language that people call ``spelling`` (any case), or None.

    A compiler's vendor and the version of a standard are left out, as in ``GNU C++17`` or ``Java 8``. Python 2 is not
    Python: it does not parse as such.
    """
    name = spelling.strip().lower()
    found = _BY_ALIAS.get(name)
    if found is not None or _PYTHON_2.fullmatch(name):
        return found
    if len(name) > _LONGEST_NAME:
        return None
    while (plain := _VENDOR_OR_VERSION.sub("", name)) != name:
        name = plain
    return _BY_ALIAS.get(_COMPILERS.get(name, name))


def get_language(spelling: str) -> Language:
    """Return the language that people call ``spelling`` (any case).

    Raises
    ------
    InputError
        If no language has that name or alias.
    """
    found = find_language(spelling)
    if found is None:
        raise InputError(
            f"unknown language {spelling!r}{did_you_mean(spelling.lower(), _BY_ALIAS)}",
            f"use one of: {', '.join(LANGUAGES)} (see 'synthcode languages')",
        )
    return found


def parse_languages(listing: str) -> tuple[Language, ...]:
    """Return the languages of a comma-separated listing, each once, in its order."""
    return tuple(dict.fromkeys(get_language(word) for word in listing.split(",") if word.strip()))


def language_of_suffix(suffix: str) -> Language | None:
    """Return the language whose files end in ``suffix`` (``.java``), or None."""
    return _BY_SUFFIX.get(suffix.lower())
