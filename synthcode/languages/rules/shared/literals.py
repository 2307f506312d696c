"""Refusals of literals: escapes, line breaks and numbers that a grammar takes and the language does not."""

from __future__ import annotations

import re
from dataclasses import dataclass

import tree_sitter

from synthcode.languages.rules.model import Refusal

NO_ESCAPE = "there is no such escape"
OPEN = "the line ends before the string is closed"


BACKSLASH = re.compile(rb"\\")


@dataclass(frozen=True, slots=True)
class Matches:
    """A condition of a refusal: whether all the text of a node matches."""

    pattern: re.Pattern[str]
    expected: bool = True

    def __call__(self, node: tree_sitter.Node) -> bool:
        """Return whether a node is to be refused."""
        text = (node.text or b"").decode("utf-8", "replace")
        return (self.pattern.fullmatch(text) is not None) == self.expected


def like(pattern: str) -> Matches:
    """Refuse what matches a regular expression from end to end."""
    return Matches(re.compile(rf"\A(?:{pattern})\Z", re.DOTALL))


def unlike(pattern: str) -> Matches:
    """Refuse what does not match a regular expression from end to end."""
    return Matches(re.compile(rf"\A(?:{pattern})\Z", re.DOTALL), expected=False)


def escapes(valid: str, query: str = "(escape_sequence) @bad") -> Refusal:
    r"""Refuse escapes other than those that match a regular expression, their backslash included.

    Parameters
    ----------
    valid
        Regular expression of the language's escapes.
    query
        Captures escapes, or what may hold some: text between quotes of a grammar that has no node for an escape.
    """
    return Refusal(NO_ESCAPE, query, when=unlike(valid), shown_by=BACKSLASH)


def on_one_line(query: str, *, opening: str = '"') -> Refusal:
    """Refuse strings with a line break in them.

    Parameters
    ----------
    query
        Captures strings, with their quotes.
    opening
        Regular expression of how the strings that end with their line begin, if a node may be of another kind.
    """
    return Refusal(OPEN, query, when=like(rf"(?:{opening})[^\n]*\n.*"))


TEN_DIGITS = re.compile(rb"[0-9][0-9_]{9}")
"""Matches in every text with a decimal number of ten digits or more."""


def above(limit: int) -> str:
    """Return a regular expression of the decimal numbers above a limit, with or without ``_`` between digits.

    The limit is one that a language sets to its literals, not to a computation with them.
    """
    digits = str(limit)
    parts = [rf"[1-9](?:_*\d){{{len(digits)},}}"]
    for place, digit in enumerate(digits):
        if digit != "9":
            same = "".join(f"{other}_*" for other in digits[:place])
            parts.append(rf"{same}[{int(digit) + 1}-9](?:_*\d){{{len(digits) - place - 1}}}")
    return f"(?:{'|'.join(parts)})"
