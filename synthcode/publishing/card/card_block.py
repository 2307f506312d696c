"""Where the generated block is on a card that people have edited in any way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from synthcode.publishing.card.card import BEGIN, END

FILES = "<!-- synthcode:files "
"""Begins the last line of a published block, which says what was published with it."""

_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)$", re.DOTALL)


class Cut(NamedTuple):
    """A card's text, cut at its block."""

    before: str
    block: str | None
    """Without its markers; None if there is no block, and all that people wrote is ``before``."""
    after: str


def cut(body: str) -> Cut:
    """Cut a card's text at its block.

    Markers within a fence are somebody's example, and stay as they are written: those around a block that was
    published, known by its last line, are ours even there. Of several blocks the first is taken, before all others one
    that was published; other blocks go, and so do markers without a partner. Nothing else is left out.
    """
    lines = body.splitlines(keepends=True)
    blocks, strays = _look(lines)
    gone = strays.union(*blocks)

    def left(numbers: range) -> str:
        return "".join(lines[number] for number in numbers if number not in gone)

    if not blocks:
        return Cut(left(range(len(lines))), None, "")
    block = next((block for block in blocks if _is_published(lines, block)), blocks[0])
    within = "".join(lines[block.start + 1 : block.stop - 1])
    return Cut(left(range(block.start)), within, left(range(block.stop, len(lines))))


def unmarked(block: str) -> str:
    """Return a text in which no line is a marker, or says what was published."""
    lines = block.splitlines(keepends=True)
    return "".join(line.replace("<!--", "<! --") if _is_ours(line) else line for line in lines)


def _is_ours(line: str) -> bool:
    return line.strip() in (BEGIN, END) or line.startswith(FILES)


def _look(lines: Sequence[str]) -> tuple[list[range], set[int]]:
    """Return the blocks, markers included, and the markers without a partner."""
    blocks: list[range] = []
    strays: set[int] = set()
    partners = _partners(lines)
    fence, number = "", 0
    while number < len(lines):
        block = range(number, partners.get(number, number) + 1)
        if len(block) > 1 and (not fence or _is_published(lines, block)):
            blocks.append(block)
            number = block.stop  # whatever it holds opens and closes nothing around it
            continue
        if not fence and lines[number].strip() in (BEGIN, END):
            strays.add(number)
        fence = _fence_after(fence, lines[number])
        number += 1
    return blocks, strays


def _partners(lines: Sequence[str]) -> dict[int, int]:
    """Return the place of a marker that begins a block -> that of the first which ends it, with none between them."""
    partners: dict[int, int] = {}
    begin: int | None = None
    for number, line in enumerate(lines):
        if line.strip() == BEGIN:
            begin = number
        elif line.strip() == END and begin is not None:
            partners[begin], begin = number, None
    return partners


def _is_published(lines: Sequence[str], block: range) -> bool:
    return lines[block.stop - 2].startswith(FILES)


def _fence_after(fence: str, line: str) -> str:
    """Return the fence that is open after a line; ``fence`` is the one before it, empty where none is.

    See https://spec.commonmark.org/0.31.2/#fenced-code-blocks.
    """
    found = _FENCE.match(line)
    if found is None:
        return fence
    if not fence:
        return found["fence"]
    closes = found["fence"].startswith(fence) and not found["info"].strip()
    return "" if closes else fence
