"""Whether a query names the entry point of the program that it looks for: a retriever would match the name."""

from __future__ import annotations

import re
import unicodedata

_APART = re.compile(r"[\W_]+")
_TOKEN = re.compile(r"[\w.:#$-]+")
"""A run of characters that a name can be written with in any language: ``Solution.hasCloseElements``."""


def names(query: str, entry_point: str | None) -> bool:
    """Return whether a query has the entry point's name, as a word of its own, in any spelling.

    ``has_close_elements`` is also named by ``hasCloseElements``, ``HAS-CLOSE-ELEMENTS`` and ``hascloseelements``. Its
    words apart, as in "has close elements", are words. A name that is a plain word, such as ``median``, counts.
    """
    folded = _folded(entry_point or "")
    if not folded:
        return False
    return any(folded in _spellings(token) for token in _TOKEN.findall(unicodedata.normalize("NFKC", query)))


def _folded(name: str) -> str:
    return _APART.sub("", unicodedata.normalize("NFKC", name)).casefold()


def _spellings(token: str) -> set[str]:
    """Return what a token may name: itself, and each part of a qualified name, folded."""
    parts = re.split(r"[.:#$]+", token)
    return {_folded(token), *map(_folded, parts), *(_folded(word) for part in parts for word in part.split("-"))}
