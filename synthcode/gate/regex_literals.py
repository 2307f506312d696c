"""Brackets of regular expressions: grammars take what stands between two slashes as it comes."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\\.|\(\?.?|.", re.DOTALL)
_EXTENSIONS = frozenset(":=!<>#'|~Pimsxadu-^")
"""Characters that may follow ``(?`` in some language."""


def malformation(pattern: str, *, nested_classes: bool) -> str | None:
    """Return what is wrong with the brackets of a regular expression, or None.

    Parameters
    ----------
    pattern
        What stands between the slashes.
    nested_classes
        Whether a class may hold another, as in Ruby: ``[a-z&&[^x]]``; and ``]`` at its start is a member.
    """
    groups = classes = 0
    at_start = False  # of a class
    for token in _TOKEN.findall(pattern):
        if classes:
            if token == "[" and nested_classes:
                classes += 1
            elif token == "]" and not (at_start and nested_classes):
                classes -= 1
            at_start = (at_start and token == "^") or (token == "[" and nested_classes)
        elif token == "[":
            classes, at_start = 1, True
        elif token == "(":
            groups += 1
        elif token.startswith("(?"):
            groups += 1
            if token[2:] not in _EXTENSIONS:
                return "a group of no known kind"
        elif token == ")":
            groups -= 1
            if groups < 0:
                return "a parenthesis is closed that was not opened"
    if classes:
        return "a class is not closed"
    return "a group is not closed" if groups else None
