"""Where the generated block is on a card that people have edited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from synthcode.publishing.card.card import BEGIN, END

FILES = "<!-- synthcode:files "
"""Begins the last line of a published block, which lists what was published with it."""

_FENCES = ("```", "~~~")


class Cut(NamedTuple):
    """A card's text, cut at its block."""

    before: str
    block: str | None
    """Without its markers; None if there is no block, and all the text is ``before``."""
    after: str


def cut(body: str) -> Cut:
    """Cut a card's text at its block.

    The block is the first that was published, known by its last line. Without one it is the first pair of markers that
    is not an example in a fence, as on a card that was uploaded by hand. All other markers are the user's text.
    """
    lines = body.splitlines(keepends=True)
    block = _find(lines)
    if block is None:
        return Cut(body, None, "")
    within = lines[block.start + 1 : block.stop - 1]
    return Cut("".join(lines[: block.start]), "".join(within), "".join(lines[block.stop :]))


def unmarked(block: str) -> str:
    """Return a text in which no line is a marker, or lists what was published."""
    lines = block.splitlines(keepends=True)
    return "".join(line.replace("<!--", "<! --") if _is_ours(line) else line for line in lines)


def _is_ours(line: str) -> bool:
    return line.strip() in (BEGIN, END) or line.startswith(FILES)


def _find(lines: Sequence[str]) -> range | None:
    """Return the lines of the block, markers included."""
    pair: range | None = None
    begin: int | None = None
    for number, line in enumerate(lines):
        if line.strip() == BEGIN:
            begin = number
        elif line.strip() == END and begin is not None:
            block = range(begin, number + 1)
            if lines[number - 1].startswith(FILES):
                return block
            if pair is None and not _is_in_fence(lines, begin):
                pair = block
            begin = None
    return pair


def _is_in_fence(lines: Sequence[str], number: int) -> bool:
    return sum(line.lstrip().startswith(_FENCES) for line in lines[:number]) % 2 == 1
