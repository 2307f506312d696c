"""The lines of an answer, and which of them are Markdown fences or hold marks of quotations."""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from itertools import accumulate
from typing import NamedTuple

from synthcode.gate.answers.prose import looks_like_code
from synthcode.languages import Language, find_language, language_of_suffix

MAX_FENCED_LINES = 1_000
"""Lines with a fence that an answer may have: how fences pair up is found by looking at all after each."""

FENCE = re.compile(r"(?P<indent>[ \t]*+)(?P<fence>`{3,}+|~{3,}+)(?P<info>[^`]*+)")
_LATE_FENCE = re.compile(r"(?P<indent>)[^`]*[^\s`/*#][ \t]*(?P<fence>`{3,})(?P<info>[\w+#-]*)\s*")
"""An opening fence that follows words: ``Here it is: ```java``."""
_LATE_CLOSE = re.compile(r"(?P<code>.*[^\s`/*#-])[ \t]*`{3,}\s*")
"""A closing fence that follows code; after a comment's mark only, it is part of the comment."""
_TAG = re.compile(r"\s*+(?:\{\s*+)?+\.?(?:lang(?:uage)?-)?(?P<tag>[A-Za-z][\w+#.-]*)")
_AFTER_FENCE = " \t\r.,;:!?)*_\u00a0\u200b\u200c\u200d\u2060\ufeff"
"""What may follow a closing fence by mistake, characters without width included."""
_WORDS_AFTER_FENCE = re.compile(r"[ \t]+[^\s{].*|[A-Z][\w',]{0,30}[ \t]+\w[^={}]*[ \t][^={}]*", re.DOTALL)
"""A sentence that goes on after a closing fence: ````` ``` Hope this helps! `````."""
_CODE_AFTER_TAG = re.compile(r"[(;]|:$")
_FENCE_OF_QUOTES = re.compile(r"^(?P<quotes>\"{3}|'{3})(?P<tag>[A-Za-z][\w+#]{0,20})[ \t]*+$", re.MULTILINE)
_LISTING = re.compile(
    r"^[ \t]{0,20}\\begin\{(?P<name>lstlisting|minted|verbatim)\}(?P<options>\[[^\]\n]{0,200}\])?"
    r"(?:\{(?P<tag>[\w+#-]{1,20})\})?[ \t]*$",
    re.MULTILINE,
)
"""An environment of LaTeX for code."""
_LISTING_LANGUAGE = re.compile(r"language=\{?([\w+#]{1,20})")
_QUOTED_FENCE = re.compile(r"^> ?(?:```|~~~)", re.MULTILINE)
_QUOTE_MARK = re.compile(r"^> ?", re.MULTILINE)
_QUOTATIONS = (("/*", "*/"), ('"""', '"""'), ("'''", "'''"))
_QUOTATION_MARKS = ("/*", "*/", '"""', "'''")
_LONGEST_QUOTATION = 200
"""Lines from a fence within a comment or string to the end of that."""


class Opening(NamedTuple):
    """A line that opens a block."""

    line: int
    indent: str
    fence: str
    tag: str
    first_line: str
    """Code that stands on the line of the fence."""


class Fence(NamedTuple):
    """A line that is a fence and nothing else."""

    indent: str
    fence: str
    info: str
    language: Language | None
    """The language that it names."""


class _Count(NamedTuple):
    """The position of a mark."""

    lines: list[int]
    """Numbers of the lines that hold it."""
    sums: list[int]
    """How often it stands in the first 0, 1, 2, ... of these lines."""


_NOWHERE = _Count([], [0])


class AnswerLines:
    """An answer cut into lines, each looked at once.

    Parameters
    ----------
    text
        The answer.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.lines = text.split("\n")
        self.fenced = [number for number, line in enumerate(self.lines) if "```" in line or "~~~" in line]
        """Numbers of the lines that hold a fence anywhere."""

    @functools.cached_property
    def fences(self) -> dict[int, Fence]:
        """Line number -> fence, in order."""
        return {
            number: Fence(found["indent"], found["fence"], *_named_by(found["info"]))
            for number in self.fenced
            if (found := FENCE.fullmatch(self.lines[number]))
        }

    @functools.cached_property
    def _fence_numbers(self) -> list[int]:
        return list(self.fences)

    @functools.cached_property
    def _late_closes(self) -> list[int]:
        return [number for number in self.fenced if _LATE_CLOSE.fullmatch(self.lines[number])]

    def opening(self, number: int) -> Opening | None:
        """Return the opening of a block on a line, or None."""
        found = FENCE.fullmatch(self.lines[number]) or _LATE_FENCE.fullmatch(self.lines[number])
        if found is None:
            return None
        tag = _TAG.match(found["info"])
        rest = found["info"][tag.end() :].strip() if tag else ""
        named = tag["tag"].lower() if tag else ""
        first_line = rest if find_language(named) and _CODE_AFTER_TAG.search(rest) else ""
        return Opening(number, found["indent"], found["fence"], named, first_line)

    def fences_after(self, number: int) -> list[int]:
        """Return the numbers of the fences after a line."""
        return self._fence_numbers[bisect_left(self._fence_numbers, number + 1) :]

    def late_close(self, start: int, end: int) -> tuple[int, str] | None:
        """Return the first of some lines on which a block ends after code, and that code."""
        place = bisect_left(self._late_closes, start)
        if place == len(self._late_closes) or self._late_closes[place] >= end:
            return None
        number = self._late_closes[place]
        found = _LATE_CLOSE.fullmatch(self.lines[number])
        return None if found is None else (number, found["code"])

    def is_quoted(self, start: int, fence: int) -> bool:
        """Return whether a fence stands in a comment or string of the block that begins at line ``start``."""
        for opening, closing in _QUOTATIONS if self._marks else ():
            opened = self._between(opening, start, fence)
            is_open = opened % 2 == 1 if opening == closing else opened > self._between(closing, start, fence)
            if is_open:
                # If the mark stood in a string, there is no other fence to end the block after its counterpart.
                closes = _first_from(self._marks.get(closing, _NOWHERE).lines, fence + 1)
                limit = fence + _LONGEST_QUOTATION
                return closes < limit and _first_from(self._fence_numbers, closes + 1) < limit
        return False

    def _between(self, mark: str, start: int, end: int) -> int:
        """Count a mark in the lines from ``start`` to before ``end``."""
        lines, sums = self._marks.get(mark, _NOWHERE)
        return sums[bisect_left(lines, end)] - sums[bisect_left(lines, start)]

    @functools.cached_property
    def _marks(self) -> dict[str, _Count]:
        return {mark: self._counted(mark) for mark in _QUOTATION_MARKS if mark in self._text}

    def _counted(self, mark: str) -> _Count:
        counts = {number: count for number, line in enumerate(self.lines) if (count := line.count(mark))}
        return _Count(list(counts), [0, *accumulate(counts.values())])


def _named_by(info: str) -> tuple[str, Language | None]:
    """Return what a fence is followed by, and the language that it names; words of a sentence are nothing."""
    language = language_of_tag(info)
    is_sentence = language is None and _WORDS_AFTER_FENCE.fullmatch(info)
    return "" if is_sentence else info.strip(_AFTER_FENCE), language


def _first_from(numbers: list[int], start: float) -> float:
    """Return the first of the ascending numbers that is at least ``start``, or infinity."""
    place = bisect_left(numbers, start)
    return numbers[place] if place < len(numbers) else float("inf")


def with_fences(text: str) -> str:
    """Return an answer with Markdown's fences for what a model wrote in their place: quotes, quotations, listings."""
    if _QUOTED_FENCE.search(text):
        text = _QUOTE_MARK.sub("", text)
    if (listing := _LISTING.search(text)) and "```" not in text and not looks_like_code(text[: listing.start()]):
        named = listing["tag"] or "".join(_LISTING_LANGUAGE.findall(listing["options"] or "")[:1])
        code, _, after = text[listing.end() :].partition(f"\\end{{{listing['name']}}}")
        return f"{text[: listing.start()]}```{named}{code.rstrip()}\n```\n{after}"
    opening = _FENCE_OF_QUOTES.search(text) if "```" not in text else None
    if opening is None or language_of_tag(opening["tag"]) is None:
        return text
    quotes = opening["quotes"]
    closing = text.find(f"\n{quotes}", opening.end())
    rest = text[opening.end() :] if closing < 0 else f"{text[opening.end() : closing]}\n```{text[closing + 4 :]}"
    return f"{text[: opening.start()]}```{opening['tag']}{rest}"


def language_of_tag(tag: str) -> Language | None:
    """Return the language that a fence names, or None."""
    known = _TAG.match(tag.lower())
    if known is None:
        return None
    name = known["tag"].rstrip(".")
    return find_language(name) or language_of_suffix("." + name.rpartition(".")[2])
