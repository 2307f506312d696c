"""What a program does, in words: the part of a description or of documentation that says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from synthcode.comments import without_markers
from synthcode.vocabulary import TextPart

_TAGGED_SUMMARY = re.compile(r"^[ \t]*[@\\](?:brief|description|desc|summary)\b[ \t:]*", re.MULTILINE | re.IGNORECASE)
_HEADINGS = (
    r"args?|arguments|parameters?|params?|returns?|return[ ]values?|yields?|raises|throws|exceptions|attributes|"
    r"keyword[ ]arg(?:ument)?s|other[ ]parameters|(?:for[ ])?examples?(?:[ ]\d+)?|example[ ]usage|usage|notes|"
    r"references|see[ ]also|todos?|panics|errors|safety|inputs?|outputs?|"
    r"(?:\[?input/output\]?[ ])?samples?|test[ ]cases?"
)
_RULE = r"(?:(?:\#++|[-=*_~]{2,}+)[ \t]*+)?+"
"""What decorates a heading: ``## Input``, ``-----Input-----``, ``**Example 1:**``."""
_SECTION = re.compile(
    rf"""
    ^[ \t]*+ (?:
        >>>                                                         # a doctest
      | [@\\](?:param|arg|return|throw|exception|see|since|author|type|example|deprecated|private|public|api|name|class
            |method|function|memberof|static|internal|link|todo|version|access|yield|raise|option|overload|code)
      | :(?:param|parameter|arg|argument|key|keyword|type|raises?|returns?|rtype|var|ivar|cvar)\b[^:\n]*+:
      | {_RULE}(?:{_HEADINGS})[ \t]*+(?:[:,][ \t]*+)?+{_RULE}(?:[:,][ \t]*+)?+$  # a heading on a line of its own
      | ```
    )
    | (?<=\s) @(?:param|returns?|throws|see|since|author)\b
    """,
    re.MULTILINE | re.VERBOSE | re.IGNORECASE,
)
"""Where the description ends: examples, parameters and the like begin."""
_TITLED = re.compile(rf"[ \t]*+{_RULE}(?:{_HEADINGS})[ \t]*+:", re.VERBOSE | re.IGNORECASE)
"""A heading followed by its text. Like a call, it ends no description that begins with it: it may be all there is."""
_CALL = re.compile(r"[ \t]*+[\w.]++\((?P<arguments>[^\n]*)\)[ \t]*(?:#[ \t]*)?(?:=|-+>|➞|→|≡)(?P<result>[^\n]*)")
"""A call and what it gives."""
_CONSTANTS = frozenset({"True", "False", "None", "true", "false", "null", "nil", "undefined", "nullptr"})
_PARAGRAPH = re.compile(r"\n[ \t]*+\n|(?:\n|(?<![ \t]))[ \t]*+</?p\s*+/?>", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]")
WORDS = re.compile(r"\w+")
_COMPOUND = re.compile(r"\w_\w|[a-z][A-Z]|\d")
"""In a name that no one takes for a word: ``has_close_elements``, ``hasCloseElements``, ``poly2``."""


def description(text: str) -> str:
    """Return what comes before examples, parameters and the like, on one line; ``''`` if there are no words."""
    return _folded(_before_sections(text))


def first_paragraph(text: str) -> str:
    """Return the first paragraph of a description on one line; ``''`` if there are no words."""
    paragraphs = _PARAGRAPH.split(_before_sections(text))
    return next((folded for folded in map(_folded, paragraphs) if folded), "")


def chosen_part(text: str, part: TextPart) -> str:
    """Return the part of a text to take, on one line; ``''`` if there are no words."""
    match part:
        case "description":
            return description(text)
        case "first-paragraph":
            return first_paragraph(text)
        case "whole":
            return _folded(text)


def names_entry_point(text: str, entry_point: str | None) -> bool:
    """Return whether a text contains the entry point's name, which a retriever can match.

    Names that are plain words, such as ``median``, do not count: a text that says what a program does needs them.
    """
    if not entry_point or entry_point not in text or not _COMPOUND.search(entry_point):
        return False
    return re.search(rf"(?<!\w){re.escape(entry_point)}(?!\w)", text) is not None


def _before_sections(text: str) -> str:
    text = _TAGGED_SUMMARY.sub("", "\n".join(without_markers(text).splitlines()))
    section = _SECTION.search(text)
    if section:
        text = text[: section.start()]
    word = _WORD.search(text)
    line_end = text.find("\n", word.start()) if word else -1
    if line_end < 0:
        return text
    return text[: line_end + 1] + "".join(_before_examples(text[line_end + 1 :].splitlines(keepends=True)))


def _before_examples(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines before the first heading with a text or the first call with its result.

    Successive calls stay if one of them is a definition, as ``f(n) = f(n - 1) + n`` is.
    """
    for are_calls, grouped in groupby(lines, key=lambda line: _CALL.match(line) is not None):
        block = list(grouped)
        if are_calls and not any(map(_defines, block)):
            return
        for line in block:
            if _TITLED.match(line):
                return
            yield line


def _defines(line: str) -> bool:
    """Return whether a call has variables only, and its result depends on them."""
    call = _CALL.match(line)
    arguments = {argument.strip() for argument in call["arguments"].split(",")} if call else set()
    if call is None or not all(argument.isidentifier() for argument in arguments - _CONSTANTS):
        return False
    return not arguments.isdisjoint(WORDS.findall(call["result"])) and arguments.isdisjoint(_CONSTANTS)


def _folded(text: str) -> str:
    return " ".join(text.split()) if _WORD.search(text) else ""
