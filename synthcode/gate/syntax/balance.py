"""What brackets and ``end`` say of a program that does not parse: which one is missing, whether the text was cut."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator

import tree_sitter

from synthcode.gate.syntax.rewrites import masked
from synthcode.languages import Language
from synthcode.languages.parsing import grammar
from synthcode.languages.rules import RULES

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
_PHP_TAG = re.compile(rb"\A\s*+<\?(?:php\b|=)")
_WHOLE_LINES = re.compile(
    rb"^[ \t]*+(?://[^\n\\]*+|/\*(?:[^*/]++|\*(?!/)|/(?!\*))*+\*/[ \t\r]*+)$",
    re.MULTILINE,
)
"""Comments that have their lines to themselves."""
_MAY_SPAN_LINES = re.compile(
    rb"`|/\*|\*/|\"\"\"|'''|<<<|[R#@$]\"|<\?|\?>|<[%:/]|[:/]>|\?\?[<>()/]|\\\r?$|^[ \t]*+#(?![ \t]*+include\b)",
    re.MULTILINE,
)
"""What may make text of whole lines, as between JSX's tags, or something else of a bracket, in some language."""
_LINES = re.compile(rb"(?:[^\"'\\]++|\\[^\n]|\"(?:[^\"\\\n]++|\\[^\n])*+\"|'(?:[^'\\\n]++|\\[^\n])*+')*+\Z")
"""Lines on which every quote that is opened is closed."""
_MAY_HIDE = re.compile(rb"[\"'/#\\]")
"""What a line has at least in which a bracket is part of a string, a comment or a regular expression."""
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
    if _mismatch(_brackets_outside_literals(data, language), data, language) is not None:  # mostly right, and faster
        mismatch = _mismatch(_brackets_of_code(root, data, language, quoted), data, language)
        if mismatch is not None:
            return mismatch
    if language.name == "ruby" and (ends := _ends_missing(root, data, quoted)):
        return _at_the_end(["end"] * ends, data, language)
    return None


def certain_imbalance(data: bytes, language: Language) -> tuple[int, str] | None:
    """Return what ``imbalance`` does, without a parser, of a text whose brackets certainly do not match.

    Most answers that were cut off are recognized. None proves nothing.
    """
    if language.name == "ruby" or not brackets_never_match(data):
        return None
    return _mismatch(_brackets_outside_literals(data, language), data, language)


@functools.lru_cache(maxsize=2)
def brackets_never_match(data: bytes) -> bool:
    """Return whether brackets of a text cannot match, whatever is taken for strings and comments.

    Such a text is not a program of any language but Ruby and Python. Only what is certain counts: False proves nothing.
    """
    count = data.count
    if count(b"{") == count(b"}") and count(b"(") == count(b")") and count(b"[") == count(b"]"):
        return False
    code = _whole_lines_of_code(data)
    return code is not None and any(_never_match(code, *kind) for kind in _CLOSES.items())


def _whole_lines_of_code(data: bytes) -> bytes | None:
    """Return a text without its comments, if every string and every other comment ends on its line for certain."""
    code = _WHOLE_LINES.sub(b"", _PHP_TAG.sub(b"", data))
    return None if _MAY_SPAN_LINES.search(code) or not _LINES.match(code) else code


def _never_match(code: bytes, opening: bytes, closing: bytes) -> bool:
    """Return whether brackets of a kind cannot match in lines of code."""
    if code.count(opening) == code.count(closing):
        return False
    fewest = most = 0  # brackets open at the end
    for line in code.split(b"\n"):
        opened, closed = line.count(opening), line.count(closing)
        may_hide = _MAY_HIDE.search(line) is not None
        fewest += -closed if may_hide else opened - closed
        most += opened if may_hide else opened - closed
    return fewest > 0 or most < 0


def _brackets_outside_literals(data: bytes, language: Language) -> Iterator[tuple[int, bytes]]:
    """Yield offsets and brackets that stand in no string and no comment as a regular expression finds them."""
    brackets = _RUBY_BRACKET if language.name == "ruby" else _BRACKET
    code = masked(data, RULES[language.name].literals)
    return ((found.start(1), found[1]) for found in brackets.finditer(code) if found[1])


def _brackets_of_code(
    root: tree_sitter.Node, data: bytes, language: Language, quoted: frozenset[int]
) -> Iterator[tuple[int, bytes]]:
    """Yield offsets and brackets that stand in code, in no string or comment."""
    end_of_quoted = 0
    brackets = _RUBY_BRACKET if language.name == "ruby" else _BRACKET
    for found in brackets.finditer(data):
        start = found.start(1)
        if start < end_of_quoted:  # or the end, which has none
            continue
        if (node := _quoted(root, start, quoted)) is not None:
            end_of_quoted = node.end_byte
        else:
            yield start, found[1]


def _mismatch(brackets: Iterable[tuple[int, bytes]], data: bytes, language: Language) -> tuple[int, str] | None:
    opened: list[tuple[int, bytes]] = []
    for count, (start, bracket) in enumerate(brackets):
        if count == _MAX_BRACKETS:
            return None
        if bracket in _CLOSES:
            opened.append((start, bracket))
        elif not opened:
            return _line(data, start), f"a '{bracket.decode()}' too many"
        elif _CLOSES[(before := opened.pop())[1]] != bracket:
            return _wrong_bracket(data, *before, start, bracket)
    if opened and opened[-1][1] != b"{" and data.rstrip().endswith(b"}"):
        return _not_closed(data, *opened[-1])
    missing = [_CLOSES[bracket].decode() for _, bracket in opened[::-1]]
    return _at_the_end(missing, data, language) if missing else None


def _wrong_bracket(data: bytes, begin: int, opening: bytes, end: int, closing: bytes) -> tuple[int, str]:
    """Return the line of a bracket that closes another one than was opened last, or of the one that it leaves open."""
    if closing == b"}" and b"\n" in data[begin:end]:
        return _not_closed(data, begin, opening)
    return _line(data, end), f"'{_CLOSES[opening].decode()}' is missing before '{closing.decode()}'"


def _not_closed(data: bytes, begin: int, opening: bytes) -> tuple[int, str]:
    return _line(data, begin), f"a '{opening.decode()}' is not closed"


def _at_the_end(missing: list[str], data: bytes, language: Language) -> tuple[int, str]:
    data = data.rstrip()
    if len(missing) == 1:
        what = f"{'an' if missing[0] == 'end' else 'a'} '{missing[0]}' is missing at the end"
    elif len(set(missing)) == 1:
        what = f"{len(missing)} '{missing[0]}' are missing at the end"
    else:
        what = f"{len(missing)} brackets are open at the end"
    is_cut = data.endswith(_GOES_ON) or missing[0] in ")]"
    is_cut = is_cut or (language.name in _SEMICOLONS and not data.endswith(_WHOLE))
    return _line(data, len(data)), f"the text ends in the middle of a statement, and {what}" if is_cut else what


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
