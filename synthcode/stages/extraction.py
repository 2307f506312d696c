"""Finding the code in what a model answered. Code is taken as it stands: never trimmed, never put together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from synthcode.languages import Language, find_language, language_of_suffix
from synthcode.schemas.finish_reasons import Ending, ending_of, is_cut_off
from synthcode.stages.prose import is_refusal, looks_like_code, without_prose
from synthcode.stages.wrappings import code_in_html, code_in_json, without_marks

_THOUGHT = "think|thinking|thought|reasoning"
_THINKING = re.compile(rf"\A\s*<({_THOUGHT})>(.*?</\1>|.*)", re.DOTALL | re.IGNORECASE)
_UNENDED_THINKING = re.compile(rf"\A\s*<({_THOUGHT})>(?!.*</\1>)", re.DOTALL | re.IGNORECASE)
_END_OF_THINKING = re.compile(
    rf"\A.*?(?:^[ \t]*</(?:{_THOUGHT})>|</(?:{_THOUGHT})>[ \t]*$)", re.DOTALL | re.IGNORECASE | re.MULTILINE
)
"""Where the prompt itself opened the section."""

_FENCE = re.compile(r"(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)")
_LATE_FENCE = re.compile(r"(?P<indent>)[^`]*[^\s`/*#][ \t]*(?P<fence>`{3,})(?P<info>[\w+#-]*)\s*")
"""An opening fence behind words: ``Here it is: ```java``."""
_LATE_CLOSE = re.compile(r"(?P<code>.*[^\s`/*#-])[ \t]*`{3,}\s*")
"""A closing fence behind code; behind a comment's mark alone it is part of the comment."""
_ONE_LINE = re.compile(r"[ \t]*`{3}(?P<tag>[\w+#-]*)[ \t]++(?P<code>[^`]+)`{3}\s*")
_TAG = re.compile(r"\s*\{?\s*\.?(?:lang(?:uage)?-)?(?P<tag>[A-Za-z][\w+#.-]*)")
_CODE_AFTER_TAG = re.compile(r"[(;]|:$")
_MAX_INDENT = 3
"""A fence indented further than this beyond the one that opened the block is part of the code (CommonMark 4.5)."""
_QUOTATIONS = (("/*", "*/"), ('"""', '"""'), ("'''", "'''"))
_LONGEST_QUOTATION = 200
"""Lines from a fence within a comment or string to the end of that."""


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of an answer that may be the translation."""

    code: str
    """As it stands in the answer, without the indentation of its fence and blank lines around it."""
    tag: str = ""
    """What the fence says it is, in lower case."""
    language: Language | None = None
    """The language of that tag, where it is known."""
    complete: bool = True
    """False where the answer was cut off within the block, or may have been."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """What was found in an answer."""

    blocks: tuple[Block, ...]
    """The likeliest first; empty where there is no code."""
    reason: str | None = None
    """Why there is no code: empty, refusal, truncated or no_code; None where there is some."""
    detail: str = ""

    @property
    def code(self) -> str | None:
        """The likeliest code, or None."""
        return self.blocks[0].code if self.blocks else None


class _Opening(NamedTuple):
    line: int
    indent: str
    fence: str
    tag: str
    first_line: str
    """Code that stands on the line of the fence."""


def extract(
    text: str, target: Language, source: Language, finish_reason: str | None, *, prefilled: bool = False
) -> Extraction:
    """Find the code in an answer.

    Blocks whose fence names the target come first, then blocks that name nothing, then others, and last those in
    the source's language, since answers often repeat what they were given. Without fences, the answer less the
    sentences that it begins and ends with is the one block. ``<think>`` sections are left out, and so are the marks
    of chat templates; of a JSON object the entry with the code is taken, of HTML what stands in ``<code>``.

    Parameters
    ----------
    text
        The answer, whole.
    target, source
        The languages that were asked for and translated from.
    finish_reason
        Why the answer ended: any reason but those of complete answers tells that the model did not end it.
    prefilled
        Whether the prompt opened the code block, so that the answer begins inside of it.
    """
    ending, cut = ending_of(finish_reason), is_cut_off(finish_reason)
    spoken = without_marks(_without_thinking(text))
    if ending is Ending.REFUSED:
        return Extraction((), "refusal", " ".join(spoken.split())[:200] or "the answer was withheld")
    if not spoken.strip():
        if ending is Ending.TOOL_CALL:
            return Extraction((), "empty", "the model called a tool instead of answering")
        if cut or _UNENDED_THINKING.match(text):
            return Extraction((), "truncated", "the answer ends before its code")
        return Extraction((), "empty", "nothing was answered")
    if prefilled and not _FENCE.match(spoken.lstrip("\r\n")):
        spoken = f"```{target.fence}\n{spoken}"
    blocks = _blocks(code_in_json(spoken) or spoken, target, cut)
    if blocks:
        return Extraction(tuple(sorted(blocks, key=lambda block: likelihood(block, target, source))))
    if cut:
        return Extraction((), "truncated", "the answer ends before its code")
    if is_refusal(spoken):
        return Extraction((), "refusal", " ".join(spoken.split())[:200])
    return Extraction((), "no_code", "there is prose alone")


def likelihood(block: Block, target: Language, source: Language) -> int:
    """Return how likely a block is the translation, by its fence: 0 is likeliest."""
    if block.language is not None:
        return 0 if block.language is target else 4 if block.language is source else 3
    return 2 if block.tag else 1


def _without_thinking(text: str) -> str:
    text = text.removeprefix("\ufeff")
    thinking = _THINKING.match(text)
    if thinking is not None:
        return text[thinking.end() :]
    end = _END_OF_THINKING.match(text) if "</" in text else None
    return text[end.end() :] if end is not None else text


def _blocks(text: str, target: Language, cut: bool) -> list[Block]:
    fenced = [_out_of_json(block) for block in _fenced(text, target, cut) if block.code.strip()]
    elements = [] if fenced else [_block(code.split("\n"), "", tag, complete=True) for code, tag in code_in_html(text)]
    return fenced or [block for block in elements if looks_like_code(block.code)] or _bare(text, target, cut)


def _out_of_json(block: Block) -> Block:
    code = code_in_json(block.code) if block.tag in ("", "json") else None
    return block if code is None else _block(code.split("\n"), "", "", complete=block.complete)


def _fenced(text: str, target: Language, cut: bool) -> Iterator[Block]:
    lines = text.split("\n")
    number, seen = 0, False
    while number < len(lines):
        if one_line := _ONE_LINE.fullmatch(lines[number]):
            yield _block([one_line["code"]], "", one_line["tag"], complete=True)
        elif opening := _opening(lines, number):
            end, last_line = _end_of_block(lines, opening)
            inner = [opening.first_line] * bool(opening.first_line) + lines[number + 1 : end] + last_line
            complete = end < len(lines) or not cut
            if not (cut or seen or opening.tag or looks_like_code("\n".join(inner))):
                yield from _bare("\n".join(lines[:number]), target, cut)  # the fence closes what a prompt opened
            seen = True
            yield _block(inner, opening.indent, opening.tag, complete=complete)
            number = end if end < len(lines) and not last_line and _opens_anew(lines[end], opening) else end + 1
            continue
        number += 1


def _opening(lines: list[str], number: int) -> _Opening | None:
    fence = _FENCE.fullmatch(lines[number]) or _LATE_FENCE.fullmatch(lines[number])
    if fence is None:
        return None
    tag = _TAG.match(fence["info"])
    rest = fence["info"][tag.end() :].strip() if tag else ""
    named = tag["tag"].lower() if tag else ""
    first_line = rest if find_language(named) and _CODE_AFTER_TAG.search(rest) else ""
    return _Opening(number, fence["indent"], fence["fence"], named, first_line)


def _end_of_block(lines: list[str], opening: _Opening) -> tuple[int, list[str]]:
    """Return the number of the line that ends a block, and the code on that line."""
    end = len(lines)
    for number in range(opening.line + 1, len(lines)):
        fence = _FENCE.fullmatch(lines[number])
        if fence is None or len(fence["indent"]) > len(opening.indent) + _MAX_INDENT:
            continue
        if not fence["fence"].startswith(opening.fence) or _is_quoted(lines, opening.line + 1, number):
            continue
        if not fence["info"].strip():
            return number, []
        if _opens_anew(lines[number], opening):  # the block was not closed
            end = number
            break
    for number in range(opening.line + 1, end):
        if late := _LATE_CLOSE.fullmatch(lines[number]):
            return number, [late["code"]]
    return end, []


def _is_quoted(lines: list[str], start: int, fence: int) -> bool:
    """Tell whether a fence stands in a comment or string of the block that begins at ``start``."""
    before = "\n".join(lines[start:fence])
    for opening, closing in _QUOTATIONS:
        same = opening == closing
        is_open = before.count(opening) % 2 == 1 if same else before.count(opening) > before.count(closing)
        if is_open:
            behind = iter(lines[fence + 1 : fence + _LONGEST_QUOTATION])
            # Where the mark stood in a string, there is no other fence to end the block behind the mark's fellow.
            return any(closing in line for line in behind) and any(map(_FENCE.fullmatch, behind))
    return False


def _opens_anew(line: str, opening: _Opening) -> bool:
    """Tell whether a line within a block is a fence of its kind that names a language."""
    fence = _FENCE.fullmatch(line)
    return (
        fence is not None and fence["fence"].startswith(opening.fence) and _language(fence["info"].lower()) is not None
    )


def _language(tag: str) -> Language | None:
    known = _TAG.match(tag)
    if known is None:
        return None
    name = known["tag"].rstrip(".")
    return find_language(name) or language_of_suffix("." + name.rpartition(".")[2])


def _block(lines: list[str], indent: str, tag: str, *, complete: bool) -> Block:
    width = len(indent)
    if width:
        lines = [line[width:] if not line[:width].strip() else line.lstrip() for line in lines]
    code = re.sub(r"\A(?:[ \t]*\r?\n)+", "", "\n".join(lines)).rstrip()
    return Block(code, tag.lower(), _language(tag), complete)


def _bare(text: str, target: Language, cut: bool) -> list[Block]:
    """Return an answer without fences as a block, if it may be code."""
    code = without_prose(text, target).strip("\r\n").rstrip()
    return [Block(code, complete=not cut)] if looks_like_code(code) else []
