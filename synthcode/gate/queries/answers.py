"""Taking the query out of what a model answered."""

from __future__ import annotations

import re
import unicodedata

from synthcode.gate.answers.prose import is_refusal
from synthcode.gate.answers.thoughts import without_thoughts
from synthcode.schemas.finish_reasons import Ending, ending_of, is_cut_off
from synthcode.schemas.records import Rejection
from synthcode.vocabulary import QueryStyle

MOST_CHARS = 200_000
"""A longer answer, thoughts and all, is not looked at."""
_REFUSAL_CHARS = 40
"""A refusal says so at once; further on, "I cannot" is about the task."""
_FENCE = "```"
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co"})
"""Categories of characters that show nothing: a name may hide among them."""
_ITEM = re.compile(r"(?:[-*+•]|\d{1,2}[.)])[ \t]+")
_LABEL = re.compile(
    r"(?:\*\*)?(?:(?:search|keyword|the)[ ])?(?:query|queries|keywords?|question|paraphrase|answer|search terms?)"
    r"(?:[ ]version)?[ ]?:(?:\*\*)?[ ]?",
    re.IGNORECASE,
)
_QUOTES = ("**", '"', "'", "`", "“”", "‘’", "«»", "„“", "「」", "*", "_")
_ANNOUNCEMENT_WORDS = 16


def query_in(text: str, style: QueryStyle, finish_reason: str | None) -> str | Rejection:
    """Return the query that an answer holds, on one line, or why it holds none.

    Parameters
    ----------
    text
        The answer as it came.
    style
        The style that was requested. Keywords may come as a list.
    finish_reason
        Why the model stopped; None if nothing is known.
    """
    if len(text) > MOST_CHARS:
        return Rejection("too_long", f"an answer of {len(text):,} characters")
    if ending_of(finish_reason) is Ending.REFUSED:
        return Rejection("refusal", f"finish_reason {(finish_reason or '')[:60]!r}")
    spoken = without_thoughts(text)
    said = _without_fence("\n".join(map(_visible, spoken.text.splitlines())).strip())
    if is_cut_off(finish_reason) or (spoken.in_thought and not said):
        return Rejection("truncated", "the answer was cut off")
    if is_refusal(said[:_REFUSAL_CHARS]):
        return Rejection("refusal", " ".join(said.split())[:200])
    if _FENCE in said:
        return Rejection("code", "it holds a code block")
    return _on_one_line(_without_announcement([line.strip() for line in said.splitlines() if line.strip()]), style)


def _on_one_line(lines: list[str], style: QueryStyle) -> str | Rejection:
    items = sum(_ITEM.match(line) is not None for line in lines)
    if style != "keyword" and (items > 1 or len(lines) > 1):
        return Rejection("several", f"{len(lines)} lines instead of one query")
    plain = [_plain(line) for line in lines]
    query = " ".join(" ".join(plain).split())
    return query if any(character.isalnum() for character in query) else Rejection("empty", "it holds no word")


def _visible(line: str) -> str:
    """Return a line without characters that show nothing, in the common form of those that look alike."""
    composed = unicodedata.normalize("NFKC", line)
    kept = (" " if character == "\t" else character for character in composed)
    return "".join(one for one in kept if unicodedata.category(one) not in _INVISIBLE)


def _without_fence(text: str) -> str:
    """Return what stands in a code block that is the whole answer: some models put everything into one."""
    lines = text.splitlines()
    if len(lines) > 2 and lines[0].startswith(_FENCE) and lines[-1].strip() == _FENCE and text.count(_FENCE) == 2:
        return "\n".join(lines[1:-1]).strip()
    return text


def _without_announcement(lines: list[str]) -> list[str]:
    """Return the lines without a first one that only says what follows: ``Here is the question:``."""
    is_announced = len(lines) > 1 and lines[0].endswith((":", ":**")) and len(lines[0].split()) <= _ANNOUNCEMENT_WORDS
    return lines[1:] if is_announced else lines


def _plain(line: str) -> str:
    """Return a line without the marks of a list, a label, and quotation marks around it."""
    if item := _ITEM.match(line):
        line = line[item.end() :]
    if label := _LABEL.match(line):
        line = line[label.end() :]
    return _unquoted(line.strip())


def _unquoted(text: str) -> str:
    for marks in _QUOTES:
        first, last = (marks, marks) if len(set(marks)) == 1 else (marks[0], marks[-1])
        inner = text[len(first) : len(text) - len(last)]
        if len(text) > len(first) + len(last) and text.startswith(first) and text.endswith(last) and first not in inner:
            return _unquoted(inner.strip())
    return text
