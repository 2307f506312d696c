"""Code as it is found: files, lone methods, PHP without its tag. Parsed, with offsets into the code itself."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

import tree_sitter

from synthcode.languages import LANGUAGES, Language
from synthcode.languages.parsing import MAX_BYTES, ParseTimeout, grammar, parse

Span = tuple[int, int]
"""Start and end, as byte offsets."""
Captures = dict[str, list[tree_sitter.Node]]
"""The nodes that a query captures, by the name of the capture."""
BEFORE_CODE = frozenset({"hash_bang_line", "shebang", "php_tag"})
"""Nodes before the first statement of a file."""

_CLASS = (b"class C { ", b"\n}\n")
_FILE = re.compile(
    rb"^(?:[a-z]+[ \t]+)*(?:package|import|using|namespace|class|interface|trait|enum|record|object|struct)\b"
    rb"|^(?:export|async[ \t]+function|function|const|let|var|fun|use)\b",
    re.MULTILINE,
)
"""Lines that no lone method has: a text with one is not tried as the member of a class."""

_PHP_TAG = b"<?php "
_PHP_FILE = re.compile(rb"\A\s*(?:<|#!)|^[ \t]*<\?(?:php\b|=)", re.MULTILINE | re.IGNORECASE)

_DIRECTIVE = re.compile(rb"^[ \t]*#[ \t]*(?!include\b|if|el|endif\b)[a-z_]+\b", re.MULTILINE)
"""The C directives whose rest of the line the grammar takes as one token, comments included."""
_DIRECTIVE_TOKEN = re.compile(
    rb"""
    (?P<comment> //(?:\\\r?\n|[^\r\n]|\r(?!\n))* )
  | (?P<end> \n )
  | (?P<literal> R"(?P<tag>[^()\\\s]{0,16}+)\(.*?(?:\)(?P=tag)"|\Z)
        | (?P<quote>["'])(?:\\.|[^"'\\\n]|(?!(?P=quote))["'])*+(?:(?P=quote)|(?P<unclosed>)) )
  | /\*.*?(?:\*/|\Z) | \\\r?\n | \b[0-9](?:'?[\w.])* | \w+
  | .
    """,
    re.VERBOSE | re.DOTALL,
)

_NOT_BREAKS = re.compile(rb"[^\r\n\\]")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A parsed text."""

    data: bytes
    """The text itself, UTF-8."""
    root: tree_sitter.Node
    """The parsed tree: of the text, after ``shift`` bytes that are not its own."""
    shift: int
    hidden_comments: tuple[Span, ...]
    """Comments in ``data`` that the tree does not show."""

    def span(self, node: tree_sitter.Node) -> Span:
        """Return where a node stands in ``data``."""
        size = len(self.data)
        return min(max(node.start_byte - self.shift, 0), size), min(max(node.end_byte - self.shift, 0), size)

    def bytes_of(self, node: tree_sitter.Node) -> bytes:
        """Return the part of ``data`` that a node covers: nothing for one that was wrapped around it."""
        start, end = self.span(node)
        return self.data[start:end]


@functools.cache
def query_cursor(language_name: str, pattern: str) -> tree_sitter.QueryCursor:
    """Return what walks trees of a language for a query: to make one takes as long as to walk a small tree."""
    return tree_sitter.QueryCursor(tree_sitter.Query(grammar(LANGUAGES[language_name]), pattern))


def any_of(node_types: Iterable[str], capture: str) -> str:
    """Return the query that captures every node of the types."""
    return f"[{' '.join(f'({name})' for name in sorted(node_types))}] @{capture}"


def captured(language: Language, pattern: str, node: tree_sitter.Node) -> Captures:
    """Return the nodes from ``node`` down that a query captures, by the name of the capture, as the text has them."""
    return in_order(query_cursor(language.name, pattern).captures(node))


def in_order(captures: Captures) -> Captures:
    """Sort the nodes that a query captured by where they stand, in place: they come in the order of their addresses."""
    for nodes in captures.values():
        if len(nodes) > 1:
            nodes.sort(key=_place)
    return captures


def _place(node: tree_sitter.Node) -> tuple[int, int]:
    return node.start_byte, -node.end_byte


def parse_snippet(code: str, language: Language) -> Snippet:
    """Parse a text: PHP after its tag, and a text with errors as the member of a class if that parses.

    Raises
    ------
    ParseTimeout
        If the text is too long or the parser too slow.
    """
    data = code.encode("utf-8", "surrogatepass")
    if len(data) > MAX_BYTES:
        raise ParseTimeout(f"longer than {MAX_BYTES:,} bytes", "too_long")
    tag = _PHP_TAG if language.name == "php" and not _PHP_FILE.search(data) else b""
    if language.name in ("c", "cpp") and b"#" in data:
        seen, comments = _defused(data)
        root = parse(seen + b"\n", language).root_node
        return Snippet(data, root, 0, _outside_strings(comments, root))
    root = parse(tag + data + b"\n", language).root_node  # a directive needs the end of its line
    if root.has_error and language.methods_need_class and not _FILE.search(data):
        head = tag + _CLASS[0]
        member = parse(head + data + _CLASS[1], language).root_node
        if not member.has_error:
            return Snippet(data, member, len(head), ())
    return Snippet(data, root, len(tag), ())


def _defused(data: bytes) -> tuple[bytes, list[Span]]:
    """Take the traps out of C's directives: what the grammar misreads in them.

    It takes a line comment after ``#define`` for code, and ``/*`` for the start of a comment even there and in
    strings, with all that follows.

    Returns
    -------
    bytes
        ``data`` with letters in their place, lines and lengths kept.
    list of Span
        The line comments.
    """
    defused = bytearray(data)
    comments: list[Span] = []
    position = 0
    while directive := _DIRECTIVE.search(data, position):
        position = directive.end()
        for token in _DIRECTIVE_TOKEN.finditer(data, position):
            start, position = token.span()
            if token["comment"]:
                comments.append((start, position))
                defused[start + 2 : position] = _NOT_BREAKS.sub(b"x", token[0][2:])
            elif token["literal"] and token["unclosed"] is None:
                defused[start:position] = token[0].replace(b"/*", b"xx")
            if token["comment"] or token["end"] or token["unclosed"] is not None:
                break  # what is not closed hides the rest of the line
    return bytes(defused), comments


def _outside_strings(spans: list[Span], root: tree_sitter.Node) -> tuple[Span, ...]:
    """Drop what looked like the comment of a directive and is the content of a raw string."""
    nodes = [root.descendant_for_byte_range(*span) for span in spans]
    return tuple(span for span, node in zip(spans, nodes, strict=True) if node is None or "string" not in node.type)
