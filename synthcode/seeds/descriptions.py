"""What a program does, in words: the part of a description or of documentation that says so."""

from __future__ import annotations

import re

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


def description(text: str) -> str:
    """Return what comes before examples, parameters and the like, on one line; ``''`` if there are no words."""
    return _folded(_before_sections(text))


def first_paragraph(text: str) -> str:
    """Return the first paragraph of a description on one line; ``''`` if there are no words."""
    paragraphs = _PARAGRAPH.split(_before_sections(text))
    return next((folded for folded in map(_folded, paragraphs) if folded), "")


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
