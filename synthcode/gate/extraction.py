"""Finding the code in what a model answered. Code is taken as it stands: never trimmed, never put together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from synthcode.gate.fences import FENCE, MAX_FENCED_LINES, AnswerLines, Opening, language_of_tag
from synthcode.gate.prose import is_refusal, looks_like_code, without_prose
from synthcode.gate.unwrapping import code_in_html, code_in_json, without_marks
from synthcode.languages import Language
from synthcode.schemas.finish_reasons import Ending, ending_of, is_cut_off
from synthcode.vocabulary import GateReason

_THOUGHT = "think|thinking|thought|reasoning"
_THINKING = re.compile(rf"\A\s*<({_THOUGHT})>(.*?</\1>|.*)", re.DOTALL | re.IGNORECASE)
_UNENDED_THINKING = re.compile(rf"\A\s*<({_THOUGHT})>(?!.*</\1>)", re.DOTALL | re.IGNORECASE)
_END_OF_THINKING = re.compile(
    rf"\A.*?(?:^[ \t]*</(?:{_THOUGHT})>|</(?:{_THOUGHT})>[ \t]*$)", re.DOTALL | re.IGNORECASE | re.MULTILINE
)
"""The end of a section that the prompt itself opened."""

_ONE_LINE = re.compile(r"[ \t]*`{3}(?P<tag>[\w+#-]*)[ \t]++(?P<code>[^`]+)`{3}\s*")
_BLANK_LINES_BEFORE = re.compile(r"(?:[ \t]*+\r?\n)++")
_MAX_INDENT = 3
"""A fence indented further than this beyond the one that opened the block is part of the code (CommonMark 4.5)."""


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of an answer that may be the translation."""

    code: str
    """As it stands in the answer, without the indentation of its fence and blank lines around it."""
    tag: str = ""
    """The language tag of the fence, in lower case."""
    language: Language | None = None
    """The language of that tag, where it is known."""
    complete: bool = True
    """False if the answer was cut off within the block, or may have been."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """The code found in an answer."""

    blocks: tuple[Block, ...]
    """The likeliest first; empty if there is no code."""
    reason: GateReason | None = None
    """Why there is no code: empty, refusal, truncated, repetitive or no_code; None if there is some."""
    detail: str = ""

    @property
    def code(self) -> str | None:
        """The likeliest code, or None."""
        return self.blocks[0].code if self.blocks else None


def extract(
    text: str, target: Language, source: Language, finish_reason: str | None, *, prefilled: bool = False
) -> Extraction:
    """Find the code in an answer.

    Blocks whose fence names the target come first, then blocks that name nothing, then others, and last those in
    the source's language, since answers often repeat what they were given. Without fences, the answer less the
    sentences that it begins and ends with is the one block. ``<think>`` sections and the marks of chat templates are
    left out; of a JSON object the entry with the code is taken, of HTML the content of ``<code>``.

    Parameters
    ----------
    text
        The answer, whole.
    target, source
        The target language, and the language of the source.
    finish_reason
        Why the answer ended: any reason except those of complete answers means that the model did not end it.
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
    if prefilled and not FENCE.match(spoken.lstrip("\r\n")):
        spoken = f"```{target.fence}\n{spoken}"
    answer = code_in_json(spoken) or spoken
    lines = AnswerLines(answer)
    if len(lines.fenced) > MAX_FENCED_LINES:
        count = f"{len(lines.fenced):,} lines with a code fence, at most {MAX_FENCED_LINES:,} are looked at"
        return Extraction((), "repetitive", count)
    blocks = _blocks(answer, lines, target, cut)
    if blocks:
        return Extraction(tuple(sorted(blocks, key=lambda block: likelihood(block, target, source))))
    if cut:
        return Extraction((), "truncated", "the answer ends before its code")
    if is_refusal(spoken):
        return Extraction((), "refusal", " ".join(spoken.split())[:200])
    return Extraction((), "no_code", "there is only prose")


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


def _blocks(text: str, lines: AnswerLines, target: Language, cut: bool) -> list[Block]:
    fenced = [_out_of_json(block) for block in _fenced(lines, target, cut) if block.code.strip()]
    elements = [] if fenced else [_block(code.split("\n"), "", tag, complete=True) for code, tag in code_in_html(text)]
    return fenced or [block for block in elements if looks_like_code(block.code)] or _bare(text, target, cut)


def _out_of_json(block: Block) -> Block:
    code = code_in_json(block.code) if block.tag in ("", "json") else None
    return block if code is None else _block(code.split("\n"), "", "", complete=block.complete)


def _fenced(answer: AnswerLines, target: Language, cut: bool) -> Iterator[Block]:
    lines = answer.lines
    start, seen = 0, False
    for number in answer.fenced:
        if number < start:
            continue
        if one_line := _ONE_LINE.fullmatch(lines[number]):
            yield _block([one_line["code"]], "", one_line["tag"], complete=True)
        elif opening := answer.opening(number):
            end, last_line = _end_of_block(answer, opening)
            inner = [opening.first_line] * bool(opening.first_line) + lines[number + 1 : end] + last_line
            complete = end < len(lines) or not cut
            if not (cut or seen or opening.tag or looks_like_code("\n".join(inner))):
                yield from _bare("\n".join(lines[:number]), target, cut)  # the fence closes what a prompt opened
            seen = True
            yield _block(inner, opening.indent, opening.tag, complete=complete)
            start = end if end < len(lines) and not last_line and _opens_anew(answer, end, opening) else end + 1


def _end_of_block(answer: AnswerLines, opening: Opening) -> tuple[int, list[str]]:
    """Return the number of the line that ends a block, and the code on that line."""
    end = len(answer.lines)
    for number in answer.fences_after(opening.line):
        fence = answer.fences[number]
        if len(fence.indent) > len(opening.indent) + _MAX_INDENT:
            continue
        if not fence.fence.startswith(opening.fence) or answer.is_quoted(opening.line + 1, number):
            continue
        if not fence.info:
            return number, []
        if fence.language is not None:  # the block was not closed
            end = number
            break
    late = answer.late_close(opening.line + 1, end)
    return (end, []) if late is None else (late[0], [late[1]])


def _opens_anew(answer: AnswerLines, number: int, opening: Opening) -> bool:
    """Return whether a line within a block is a fence of its kind that names a language."""
    fence = answer.fences.get(number)
    return fence is not None and fence.fence.startswith(opening.fence) and fence.language is not None


def _block(lines: list[str], indent: str, tag: str, *, complete: bool) -> Block:
    width = len(indent)
    if width:
        lines = [line[width:] if not line[:width].strip() else line.lstrip() for line in lines]
    code = "\n".join(lines)
    blank = _BLANK_LINES_BEFORE.match(code)
    code = code[blank.end() if blank else 0 :].rstrip()
    return Block(code, tag.lower(), language_of_tag(tag), complete)


def _bare(text: str, target: Language, cut: bool) -> list[Block]:
    """Return an answer without fences as a block, if it may be code."""
    code = without_prose(text, target).strip("\r\n").rstrip()
    return [Block(code, complete=not cut)] if looks_like_code(code) else []
