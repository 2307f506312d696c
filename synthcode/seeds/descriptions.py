"""What a program does, in words: the part of a description or of documentation that says so."""

from __future__ import annotations

import re

from synthcode.vocabulary import TextPart

_TAGGED_SUMMARY = re.compile(r"^[ \t]*[@\\](?:brief|description|desc|summary)\b[ \t:]*", re.MULTILINE | re.IGNORECASE)
_HEADINGS = (
    r"args?|arguments|parameters?|params?|returns?|return[ ]values?|yields?|raises|throws|exceptions|attributes|"
    r"keyword[ ]arg(?:ument)?s|other[ ]parameters|(?:for[ ])?examples?(?:[ ]\d+)?|example[ ]usage|usage|notes|"
    r"references|see[ ]also|todos?|panics|errors|safety|inputs?|outputs?|samples?|test[ ]cases?"
)
_SECTION = re.compile(
    rf"""
    ^[ \t]*+ (?:
        >>>                                                         # a doctest
      | [@\\](?:param|arg|return|throw|exception|see|since|author|type|example|deprecated|private|public|api|name|class
            |method|function|memberof|static|internal|link|todo|version|access|yield|raise|option|overload|code)
      | :(?:param|parameter|arg|argument|key|keyword|type|raises?|returns?|rtype|var|ivar|cvar)\b[^:\n]*+:
      | (?:\#++[ \t]*+)?+(?:{_HEADINGS})[ \t]*+(?:[:,][ \t]*+)?+$   # a heading on a line of its own
      | ```
    )
    | (?<=\s) @(?:param|returns?|throws|see|since|author)\b
    """,
    re.MULTILINE | re.VERBOSE | re.IGNORECASE,
)
"""Where the description ends: examples, parameters and the like begin."""
_LATER_SECTION = re.compile(
    rf"""
    ^[ \t]*+ (?:
        (?:\#++[ \t]*+)?+(?:{_HEADINGS})[ \t]*+:                    # a heading followed by its text
      | [\w.]++\([^\n]*\)[ \t]*(?:\#[ \t]*)?(?:=|-+>|➞|→|≡)          # a call and what it gives
    )
    """,
    re.MULTILINE | re.VERBOSE | re.IGNORECASE,
)
"""What ends a description, unless it begins with it: ``Returns: the sum`` may be all there is."""
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
    text = _TAGGED_SUMMARY.sub("", "\n".join(text.splitlines()))
    section = _SECTION.search(text)
    if section:
        text = text[: section.start()]
    word = _WORD.search(text)
    line_end = text.find("\n", word.start()) if word else -1
    later = _LATER_SECTION.search(text, line_end + 1) if line_end >= 0 else None
    return text if later is None else text[: later.start()]


def _folded(text: str) -> str:
    return " ".join(text.split()) if _WORD.search(text) else ""
