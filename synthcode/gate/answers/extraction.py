"""Finding the code in what a model answered. Code is taken as it stands: never trimmed, never put together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from synthcode.gate.answers.fences import FENCE, MAX_FENCED_LINES, AnswerLines, Opening, language_of_tag, with_fences
from synthcode.gate.answers.prose import is_refusal, looks_like_code, without_prose
from synthcode.gate.answers.template_marks import without_marks
from synthcode.gate.answers.thoughts import without_thoughts
from synthcode.gate.answers.unwrapping import code_in_html, code_in_json, code_in_tags
from synthcode.languages import Language
from synthcode.schemas.finish_reasons import Ending, ending_of, is_cut_off
from synthcode.vocabulary import GateReason

_ONE_LINE = re.compile(r"[ \t]*`{3}(?P<tag>[\w+#-]*)[ \t]++(?P<code>[^`]+)`{3}\s*")
_BLANK_LINES_BEFORE = re.compile(r"(?:[ \t]*+\r?\n)++")
_MARKDOWN = frozenset({"", "markdown", "md", "mdx", "plaintext", "text", "txt"})
_MAX_NESTING = 2
_LEAD_LINES = 3
_LEAD_CHARS = 200
_INVISIBLE = "\ufeff\u200b\u2060"
"""Characters without width that may stand before code: a byte order mark, a zero-width space, a word joiner."""
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
    lead: str = ""
    """The line of words before the fence."""


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
    sentences that it begins and ends with is the one block. Thoughts, the marks of chat templates and what follows
    the mark of the end are left out; of JSON the entry with the code is taken, of HTML the content of ``<code>``.

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
    thought = without_thoughts(text)
    said = without_marks(thought.text)
    spoken, cut = said.text, cut and not said.ended
    if ending is Ending.REFUSED:
        return Extraction((), "refusal", " ".join(spoken.split())[:200] or "the answer was withheld")
    if not spoken.strip():
        if said.tool_call or ending is Ending.TOOL_CALL:
            return Extraction((), "empty", "the model called a tool instead of answering")
        if cut or thought.in_thought:
            return Extraction((), "truncated", "the answer ends before its code")
        return Extraction((), "empty", "there are thoughts, and no answer" if text.strip() else "nothing was answered")
    if prefilled and not FENCE.match(spoken.lstrip("\r\n")):
        spoken = f"```{target.fence}\n{spoken}"
    answer = with_fences(code_in_json(spoken, target) or code_in_tags(spoken) or spoken)
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


def _blocks(text: str, lines: AnswerLines, target: Language, cut: bool) -> list[Block]:
    fenced = [_out_of_json(block, target) for block in _fenced(lines, target, cut) if block.code.strip()]
    elements = [] if fenced else [_block(code.split("\n"), "", tag, complete=True) for code, tag in code_in_html(text)]
    return fenced or [block for block in elements if looks_like_code(block.code)] or _bare(text, target, cut)


def _out_of_json(block: Block, target: Language) -> Block:
    code = code_in_json(block.code, target) if block.tag in ("", "json") else None
    return block if code is None else _block(code.split("\n"), "", "", complete=block.complete)


def _fenced(answer: AnswerLines, target: Language, cut: bool, depth: int = 0) -> Iterator[Block]:
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
            block = _block(inner, opening.indent, opening.tag, complete=complete)
            block = replace(block, lead=_lead(lines, number))
            within = _within_markdown(block, target, cut=not complete, depth=depth) if depth < _MAX_NESTING else []
            yield from within or [block]
            start = end if end < len(lines) and not last_line and _opens_anew(answer, end, opening) else end + 1


def _lead(lines: list[str], number: int) -> str:
    """Return the last line with words of the few before a fence."""
    before = (line.strip() for line in lines[max(number - _LEAD_LINES, 0) : number][::-1])
    return next((line for line in before if line), "")[:_LEAD_CHARS]


def _within_markdown(block: Block, target: Language, *, cut: bool, depth: int) -> list[Block]:
    """Return the blocks within one that is itself Markdown."""
    if block.tag not in _MARKDOWN or not block.code:
        return []
    lines = AnswerLines(block.code)
    first = next(iter(lines.fences), None)
    if first is None or (not block.tag and (lines.fences[first].language is None or lines.is_quoted(0, first))):
        return []  # without a tag it may be code with a fence in a comment
    return list(_fenced(lines, target, cut, depth + 1))


def _end_of_block(answer: AnswerLines, opening: Opening) -> tuple[int, list[str]]:
    """Return the number of the line that ends a block, and the code on that line."""
    end = len(answer.lines)
    unlike: int | None = None
    for number in answer.fences_after(opening.line):
        fence = answer.fences[number]
        if len(fence.indent) > len(opening.indent) + _MAX_INDENT:
            continue
        is_counterpart = fence.fence.startswith(opening.fence)
        if (unlike is not None and not is_counterpart) or answer.is_quoted(opening.line + 1, number):
            continue
        if not is_counterpart:  # four backticks against three, tildes against backticks: if nothing else ends it
            unlike = number if not fence.info else unlike
            continue
        if not fence.info:
            return number, []
        if fence.language is not None:  # the block was not closed
            end = number
            break
    late = answer.late_close(opening.line + 1, end)
    if late is not None and (unlike is None or late[0] < unlike):
        return late[0], [late[1]]
    return (end if unlike is None else min(end, unlike)), []


def _opens_anew(answer: AnswerLines, number: int, opening: Opening) -> bool:
    """Return whether a line within a block is a fence of its kind that names a language."""
    fence = answer.fences.get(number)
    return fence is not None and fence.fence.startswith(opening.fence) and fence.language is not None


def _block(lines: list[str], indent: str, tag: str, *, complete: bool) -> Block:
    width = len(indent)
    if width:
        lines = [line[width:] if not line[:width].strip() else line.lstrip() for line in lines]
    code = "\n".join(lines).lstrip(_INVISIBLE)
    blank = _BLANK_LINES_BEFORE.match(code)
    code = code[blank.end() if blank else 0 :].rstrip()
    return Block(code, tag.lower(), language_of_tag(tag), complete)


def _bare(text: str, target: Language, cut: bool) -> list[Block]:
    """Return an answer without fences as a block, if it may be code."""
    code = without_prose(text, target).strip("\r\n").lstrip(_INVISIBLE).rstrip()
    return [Block(code, complete=not cut)] if looks_like_code(code) else []
