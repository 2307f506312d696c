"""Finding a language by the names that people give it."""

from __future__ import annotations

from synthcode.errors import InputError, did_you_mean
from synthcode.languages.model import Language
from synthcode.languages.table import LANGUAGES

_BY_ALIAS = {spelling: row for row in LANGUAGES.values() for spelling in (row.name, row.label.lower(), *row.aliases)}
_BY_SUFFIX = {suffix: row for row in LANGUAGES.values() for suffix in row.suffixes}


def find_language(spelling: str) -> Language | None:
    """Return the language that people call ``spelling`` (any case), or None."""
    return _BY_ALIAS.get(spelling.strip().lower())


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
