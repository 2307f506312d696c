"""What brackets and ``end`` say of a program that does not parse: which one is missing, whether the text was cut."""

from __future__ import annotations

import functools
import re

import tree_sitter

from synthcode.languages import Language
from synthcode.languages.parsing import grammar

_BRACKET = re.compile(rb"(?:[^()\[\]{}]++|\(\w*+\)|\[\w*+\]|\{\w*+\})*+(?:([()\[\]{}])|\Z)")
"""The next bracket, or the end, after pairs around at most a word: such a pair matches, be it code or text."""
_RUBY_BRACKET = re.compile(rb"([()\[\]{}])")
"""In Ruby the first of a pair may be text and the second not: ``?(x)``."""
_CLOSES = {b"(": b")", b"[": b"]", b"{": b"}"}
_QUOTED = re.compile(r"string|comment|char|literal|text|content|heredoc|regex|rune")
_MAX_BRACKETS = 5_000
"""Brackets of a program that are looked at."""
_RUBY_WORD = re.compile(
    rb"^[ \t]*+(?:def (?![^\n=]{0,200}+=[ \n])|class\b|module\b|begin\b|case\b|for\b|if\b|unless\b|while\b|until\b)"
    rb"|\bdo\b(?=[ \t]*+(?:\|[^|\n]{0,80}+\|)?+[ \t]*+$)|\bend\b",
    re.MULTILINE,
)
_LOOP = re.compile(rb"[ \t]*+(?:for|while|until)\b")
_SEMICOLONS = frozenset({"c", "cpp", "csharp", "java", "php", "rust"})
"""Languages whose statements end with a semicolon or a bracket."""
_LEADING_COMMENT = re.compile(rb"\s*+/\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/")
_MAY_SPAN_LINES = re.compile(
    rb"`|/\*|\*/|\"\"\"|'''|<<<|[R#@$]\"|<\?|\?>|<%|\?\?<|\\\r?$|^[ \t]*+#(?![ \t]*+include\b)", re.MULTILINE
)
"""What may make text of whole lines, or something else of a brace, in some language."""
_MAY_HIDE = re.compile(rb"[\"'/#\\]")
"""What a line has at least in which a brace is part of a string, a comment or a regular expression."""
_WHOLE = (b"}", b";")
_GOES_ON = (b",", b"(", b"[", b".", b"+", b"-", b"*", b"=", b"<", b"&", b"|", b"?", b":")


def imbalance(root: tree_sitter.Node, data: bytes, language: Language) -> tuple[int, str] | None:
    """Return the line at which a program's brackets, or Ruby's ``end``, do not match, and what is missing.

    Parameters
    ----------
    root, data
        A tree with errors, and the UTF-8 that it was parsed from.
    language
        Its language.

    Returns
    -------
    tuple or None
        A line number from 1, and what to say of it; None if all of them match.
    """
    quoted = _quoted_kinds(language)
    opened: list[bytes] = []
    end_of_quoted = 0
    may_hide, end_of_line = True, len(data) - len(_after_comment(data))  # that comment may have brackets
    is_by_lines = language.name != "ruby" and _ends_text_with_lines(data)
    brackets = _RUBY_BRACKET if language.name == "ruby" else _BRACKET
    for count, found in enumerate(brackets.finditer(data)):
        if count == _MAX_BRACKETS:
            return None
        start = found.start(1)
        if start < end_of_quoted:  # or the end, which has none
            continue
        bracket = found[1]
        if is_by_lines and start >= end_of_line:
            end_of_line = data.find(b"\n", start) + 1 or len(data)
            may_hide = _MAY_HIDE.search(data, data.rfind(b"\n", 0, start) + 1, end_of_line) is not None
        if may_hide and (node := _quoted(root, start, quoted)) is not None:
            end_of_quoted = node.end_byte
            continue
        if bracket in _CLOSES:
            opened.append(_CLOSES[bracket])
        elif not opened:
            return _line(data, start), f"a '{bracket.decode()}' too many"
        elif (expected := opened.pop()) != bracket:
            return _line(data, start), f"'{expected.decode()}' is missing before '{bracket.decode()}'"
    ends = _ends_missing(root, data, quoted) if language.name == "ruby" and not opened else 0
    missing = [bracket.decode() for bracket in opened[::-1]] or ["end"] * ends
    return (_line(data, len(data.rstrip())), _at_the_end(missing, data.rstrip(), language)) if missing else None


@functools.lru_cache(maxsize=2)
def braces_never_match(data: bytes) -> bool:
    """Return whether a text has more braces of one kind than of the other, whatever is taken for strings and comments.

    Such a text is not a program of any language with braces. This needs no parser. Only what is certain counts: False
    proves nothing. Most answers that were cut off are recognized.
    """
    code = _after_comment(data)
    if code.count(b"{") == code.count(b"}") or not _ends_text_with_lines(data):
        return False
    fewest = most = 0  # braces open at the end
    for line in code.split(b"\n"):
        opened, closed = line.count(b"{"), line.count(b"}")
        may_hide = _MAY_HIDE.search(line) is not None
        fewest += -closed if may_hide else opened - closed
        most += opened if may_hide else opened - closed
    return fewest > 0 or most < 0


def _after_comment(data: bytes) -> bytes:
    leading = _LEADING_COMMENT.match(data)
    return data[leading.end() :] if leading else data


@functools.lru_cache(maxsize=2)
def _ends_text_with_lines(data: bytes) -> bool:
    """Return whether every string and comment certainly ends on the line that it begins on.

    A comment before all code may have several lines.
    """
    code = _after_comment(data)
    if b"<?" in data or _MAY_SPAN_LINES.search(code):
        return False
    if b'"' not in code and b"'" not in code:
        return True
    return not any(line.count(b'"') % 2 or line.count(b"'") % 2 for line in code.split(b"\n"))


def _at_the_end(missing: list[str], data: bytes, language: Language) -> str:
    if len(missing) == 1:
        what = f"{'an' if missing[0] == 'end' else 'a'} '{missing[0]}' is missing at the end"
    elif len(set(missing)) == 1:
        what = f"{len(missing)} '{missing[0]}' are missing at the end"
    else:
        what = f"{len(missing)} brackets are open at the end"
    is_cut = data.endswith(_GOES_ON) or missing[0] in ")]"
    is_cut = is_cut or (language.name in _SEMICOLONS and not data.endswith(_WHOLE))
    return f"the text ends in the middle of a statement, and {what}" if is_cut else what


def _ends_missing(root: tree_sitter.Node, data: bytes, quoted: frozenset[int]) -> int:
    """Return how many more constructs of Ruby are begun than ended."""
    open_ = 0
    for count, word in enumerate(_RUBY_WORD.finditer(data)):
        if count == _MAX_BRACKETS:
            return 0
        if _quoted(root, word.start(), quoted) is not None:
            continue
        if word[0] == b"end":
            open_ -= 1
        elif word[0] != b"do" or not _LOOP.match(data, data.rfind(b"\n", 0, word.start()) + 1):
            open_ += 1
    return max(open_, 0)


def _quoted(root: tree_sitter.Node, offset: int, quoted: frozenset[int]) -> tree_sitter.Node | None:
    """Return the comment, or the part of a string, that an offset is within."""
    node = root.descendant_for_byte_range(offset, offset + 1)
    return node if node is not None and node.kind_id in quoted and node.child_count == 0 else None


@functools.cache
def _quoted_kinds(language: Language) -> frozenset[int]:
    """Return the numbers of the types of nodes in which a bracket is text."""
    kinds = grammar(language)
    names = ((number, kinds.node_kind_for_id(number)) for number in range(kinds.node_kind_count))
    return frozenset(number for number, name in names if name is not None and _QUOTED.search(name))


def _line(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1
