"""Finding the code in what a model answered. Code is taken as it stands: never trimmed, never put together."""

from __future__ import annotations

import re
from dataclasses import dataclass

from synthcode.languages import Language, find_language

_THINKING = re.compile(r"<think>.*?</think>", re.DOTALL)
_FENCE = re.compile(r"^[ \t]{0,3}(?P<fence>`{3,}|~{3,})[ \t]*(?P<tag>[^\s`{]*)[^`\n]*$")


@dataclass(frozen=True)
class Block:
    """A stretch of an answer that may be the translation."""

    code: str
    language: Language | None
    """What its fence says it is; None where it says nothing that is known."""
    fenced: bool
    closed: bool
    """Whether its fence was closed; a bare answer counts as closed."""


@dataclass(frozen=True)
class Answer:
    """An answer taken apart."""

    blocks: tuple[Block, ...]
    """Fenced blocks in their order; without any, the whole answer as one block; none where it is blank."""
    is_blank: bool
    """Nothing was said, thoughts aside."""
    thinks_on: bool
    """It ended inside a ``<think>`` section."""


def take_apart(text: str) -> Answer:
    """Find the blocks of an answer.

    Parameters
    ----------
    text
        The completion, whole. ``<think>`` sections are left out; a fence is closed by one of its own kind
        that is at least as long, or by the end; a lone closing fence at the end closes what a prefill opened.
    """
    spoken = _THINKING.sub("", text)
    thinks_on = "<think>" in spoken
    spoken = spoken.partition("<think>")[0]
    if not spoken.strip():
        return Answer((), not thinks_on, thinks_on)
    blocks = _fenced(spoken)
    if blocks is None:
        blocks = [Block(spoken.strip("\n"), None, fenced=False, closed=True)]
    return Answer(tuple(block for block in blocks if block.code.strip()), False, thinks_on)


def in_order_of_likelihood(blocks: tuple[Block, ...], target: Language, source: Language) -> list[Block]:
    """Return the blocks that may be the translation, likeliest first.

    Blocks tagged as the target come first, then those that say nothing, then the others; the source's own
    language comes last, since answers often repeat what they were given.
    """

    def rank(block: Block) -> int:
        if block.language is target:
            return 0
        if block.language is None:
            return 1
        return 3 if block.language is source else 2

    return sorted(blocks, key=rank)


def _fenced(text: str) -> list[Block] | None:
    """Return the fenced blocks; None where there is no fence."""
    lines = text.split("\n")
    fences = [(number, match) for number, line in enumerate(lines) if (match := _FENCE.match(line))]
    if not fences:
        return None
    if len(fences) == 1 and not fences[0][1]["tag"] and not "".join(lines[fences[0][0] + 1 :]).strip():
        return [Block("\n".join(lines[: fences[0][0]]), None, fenced=True, closed=True)]
    blocks: list[Block] = []
    opening: tuple[int, re.Match[str]] | None = None
    for number, match in fences:
        if opening is None:
            opening = number, match
        elif match["fence"].startswith(opening[1]["fence"]) and not match["tag"]:
            blocks.append(_block(lines[opening[0] + 1 : number], opening[1], closed=True))
            opening = None
    if opening is not None:
        blocks.append(_block(lines[opening[0] + 1 :], opening[1], closed=False))
    return blocks


def _block(lines: list[str], opening: re.Match[str], *, closed: bool) -> Block:
    indent = len(opening[0]) - len(opening[0].lstrip())
    code = "\n".join(line[indent:] if not line[:indent].strip() else line for line in lines)
    return Block(code, find_language(opening["tag"]), fenced=True, closed=closed)
