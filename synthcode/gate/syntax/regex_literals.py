"""Regular expressions of Ruby: its grammar takes what stands between two slashes as it comes."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\\.|\(\?.?|.", re.DOTALL)
_GROUPS = frozenset(":=!<>#'~(imxadu-")
"""Characters that may follow ``(?``: Python's ``P``, for one, may not."""
_STARTS = frozenset({"", "|", "(", "(?:", "(?=", "(?!", "(?>"})
"""Tokens after which there is nothing to repeat."""


def malformation(pattern: str) -> str | None:
    """Return why Ruby does not take a regular expression, or None.

    Parameters
    ----------
    pattern
        What stands between the slashes.
    """
    groups = classes = 0
    before = ""
    for token in _TOKEN.findall(pattern):
        if classes:
            if token == "]" and before == "]":  # a member, as the first of a class
                before = "\\]"
                continue
            classes += (token == "[") - (token == "]")
            if before[1:] == "-" and token < before[0] and token not in "[]":
                return "a range runs backwards"
            before = _within_class(before, token)
            continue
        if token == "[":
            classes, before = 1, "]"
            continue
        groups += token.startswith("(") - (token == ")")
        if token.startswith("(?") and token[2:] not in _GROUPS:
            return "a group of no known kind"
        if token in ("*", "+", "?") and before in _STARTS:
            return "there is nothing to repeat"
        if groups < 0:
            return "a parenthesis is closed that was not opened"
        before = token
    if classes:
        return "a class is not closed"
    return "a group is not closed" if groups else None


def _within_class(before: str, token: str) -> str:
    """Return what to remember in a class: ``]`` at its start, a character, or one with the dash that follows it."""
    if token == "[" or (token == "^" and before == "]"):
        return "]"
    if token == "-" and len(before) == 1 and before not in "]-":
        return f"{before}-"
    if before[1:] == "-" or len(token) > 1 or token == "]":
        return "\\]"  # the end of a range, or a class of its own: neither starts another range
    return token
