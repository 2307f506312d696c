"""Text in Python's notation, such as ``'[(1, None)]'``: another language writes the same items in its own way."""

from __future__ import annotations

import ast
import re

MOST_CHARACTERS = 2000
"""Of text that is read so."""
_ITEM = re.compile(r"(-?\d+(?:\.\d+)?)|([^\W\d]\w*|[^\w\s\[\](){},;:=>\"'])")
_NOTHING = frozenset({"none", "null", "nil", "undefined"})


def structure_of(text: str) -> list[object] | tuple[object, ...] | dict[object, object] | set[object] | None:
    """Return the collection that text is in Python's notation; None if it is not the notation of one."""
    if len(text) > MOST_CHARACTERS or text.lstrip()[:1] not in ("[", "(", "{"):
        return None
    try:
        found = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return found if isinstance(found, list | tuple | dict | set) and found else None


def items_of(text: str) -> list[float | str]:
    """Return the numbers, words and signs of text, whatever brackets, quotes and spaces stand around them."""
    return [float(number) if number else _word(word) for number, word in _ITEM.findall(text)]


def _word(text: str) -> str:
    word = text.casefold()
    return "none" if word in _NOTHING else word
