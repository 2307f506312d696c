"""Telling what a model says about code from code."""

from __future__ import annotations

import re

from synthcode.languages import Language, find_language

_REFUSAL = re.compile(
    r"\b(?:I['’]?m (?:very |so |really )?(?:sorry|afraid)|I am (?:very |so |really )?(?:sorry|afraid)|I apologi[sz]e"
    r"|(?:I|we) (?:can ?not|can['’]t|could not|couldn['’]t|won['’]t|will not|must decline|have to decline)"
    r"|(?:I['’]m|I am|we are) (?:unable|not able|not allowed)|as an? (?:AI|language model)"
    r"|(?:unable|not able) to (?:assist|comply|convert|help|process|provide|translate))\b",
    re.IGNORECASE,
)
_REFUSAL_CHARS = 500
"""A refusal says so at its start; further on, "I cannot" is about the code."""

_INLINE_CODE = re.compile(r"`[^`\n]*`")
_MARKUP = re.compile(r"(?:[-*+•>]|\d{1,2}[.)])\s+|[*_]{1,3}(?=\w)|#{1,6}\s+")
_HEADING = re.compile(r"\s*#{1,6}\s+(?!(?:define|el|end|error|if|include|line|pragma|undef|warning)[a-z]*\b)\S")
_RULE = re.compile(r"\s*(?:-{3,}|\*{3,}|_{3,}|={3,})\s*")
_CODE_MARK = re.compile(r"[{}\[\]=<>;|\\$@]|\w\(|\w[.:]{1,2}\w|->|^\s*(?://|/\*|\*/)")
_STATEMENT = re.compile(
    r"[{};][ \t\r]*$|\w\(|[^=!<>]=[^=]|->|=>|::"
    r"|^[ \t]*(?:class|const|def|end|fn|fun|func|function|import|let)\b"
    r"|^[ \t]*(?:package|private|public|return|static|use|using|var)\b"
    r"|^[ \t]*#[ \t]*include\b",
    re.MULTILINE,
)
_SENTENCE_WORDS = 3
_ITEM = re.compile(r"(?:[-*+•]|\d{1,2}[.)])\s+")
_WORDS = re.compile(r"(?:\b[A-Za-z][a-z'’]{0,20},?[ ]){3}")
"""Words in a row as no line of code has them that is marked as an item of a list, or ends as a sentence does."""
_SHORT_SENTENCE = re.compile(r"[A-Z][a-z'’]*(?:,? [a-z'’]+)+[.!]")
_BOLD_LINE = re.compile(r"\s*\*\*[^*]+\*\*:?\s*")


def is_refusal(text: str) -> bool:
    """Return whether an answer begins with saying that there will be none."""
    return _REFUSAL.search(text[:_REFUSAL_CHARS]) is not None


def looks_like_code(text: str) -> bool:
    """Return whether any line of a text could be a line of code."""
    return _STATEMENT.search(_INLINE_CODE.sub("", text)) is not None


def without_prose(text: str, target: Language) -> str:
    """Return a text without the lines of prose that it begins and ends with.

    Only whole lines go, and only those that no language takes for code: sentences, headings, rules. What stands
    between the first line of code and the last is left as it is.
    """
    lines = text.split("\n")
    first = _label_lines(lines, target)
    first += _prose_lines(lines[first:], target)
    last = len(lines) - _prose_lines(lines[first:][::-1], target)
    return "\n".join(lines[first:last])


def _label_lines(lines: list[str], target: Language) -> int:
    """Count the first lines that hold only the language's name, as in text copied from a web page."""
    named = next((number for number, line in enumerate(lines) if line.strip()), None)
    if named is None or find_language(lines[named]) is not target:
        return 0
    return named + 1 + (lines[named + 1 : named + 2] == ["Copy code"])


def _prose_lines(lines: list[str], target: Language) -> int:
    """Count the lines up to the first that is neither prose nor blank."""
    for number, line in enumerate(lines):
        if line.strip() and not _is_prose(line, target):
            return number
    return len(lines)


def _is_prose(line: str, target: Language) -> bool:
    if _HEADING.match(line):
        return target.line_comment != "#"
    if _RULE.fullmatch(line) or _BOLD_LINE.fullmatch(line):
        return True
    said = _INLINE_CODE.sub("it", line).strip()
    if mark := _MARKUP.match(said):
        said = said[mark.end() :]
    said = said.replace("**", "").replace("__", "")
    if _SHORT_SENTENCE.fullmatch(said) or (_WORDS.search(said) and (_ITEM.match(line.strip()) or _is_sentence(said))):
        return True
    if not said or _CODE_MARK.search(said):
        return False
    is_label = said.endswith(":") and said[0].isupper()
    return is_label or (said[0].isupper() and len(said.split()) >= _SENTENCE_WORDS)


def _is_sentence(said: str) -> bool:
    return said[0].isupper() and said[-1] in ".:!?"
