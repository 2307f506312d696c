"""Documentation as strings in languages without docstrings: what a model carries over from Python."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from synthcode.comments.removal import Cut
from synthcode.comments.snippets import BEFORE_CODE, Snippet, captured
from synthcode.languages import Language

_STATEMENTS = {
    "javascript": "(expression_statement (string))",
    "typescript": "(expression_statement (string))",
    "php": "(expression_statement [(string) (encapsed_string)])",
    "c": "(expression_statement [(string_literal) (concatenated_string)])",
    "cpp": "(expression_statement [(string_literal) (concatenated_string)])",
    "kotlin": "[(string_literal) (multiline_string_literal)]",
    "ruby": "[(string) (chained_string)]",
    "rust": "(expression_statement [(string_literal) (raw_string_literal)])",
}
"""By language, a statement that is but a string."""
_BODIES = {
    "javascript": ("(statement_block {}) @body", "(program {}) @body"),
    "typescript": ("(statement_block {}) @body", "(program {}) @body"),
    "php": ("(compound_statement {}) @body", "(program {}) @body"),
    "c": ("(compound_statement {}) @body",),
    "cpp": ("(compound_statement {}) @body",),
    "kotlin": ("(function_body (block {}) @body)",),
    "ruby": (
        "(method body: (body_statement {}) @body)",
        "(singleton_method body: (body_statement {}) @body)",
        "(class body: (body_statement {}) @body)",
        "(module body: (body_statement {}) @body)",
        "(program {}) @body",
    ),
    "rust": ("(block {}) @body",),
}
"""By language, what may open with documentation."""
_QUERIES = {
    name: " ".join(body.format(f"{_STATEMENTS[name]} @string") for body in bodies) for name, bodies in _BODIES.items()
}
_QUERIES["rust"] += "".join(
    f" (({item} (attribute (identifier) @name value: [(string_literal) (raw_string_literal)])) @attribute"
    ' (#eq? @name "doc"))'
    for item in ("attribute_item", "inner_attribute_item")
)
_NO_STATEMENTS = frozenset({"rescue", "else", "ensure"})
"""Clauses of a Ruby body: the string before them may be its value."""
_STRING_OPENS_LINE = re.compile("(?:[{);]|\\*/)[ \t]*[\"']|^[ \t]*[\"']", re.MULTILINE)
_SIGNS = {"rust": re.compile(r"\[\s{0,9}doc\b|(?:[{;]|\*/|^)[ \t]*(?:r#*)?\"", re.MULTILINE)}
_DIRECTIVE = re.compile(rb"[\"']use \w")
"""JavaScript's directives, which may stand among other strings."""
_SEMICOLON_AFTER = re.compile(rb"[ \t]*;")
"""What parts statements of a line in Ruby and Kotlin: it is not a part of them."""
_COMPUTED = re.compile(rb"[\"'].*(?:#\{|\$\{|\{\$)", re.DOTALL)
"""Strings that compute something."""


def may_have(code: str, language: Language) -> bool:
    """Return False for code without such strings, unparsed as it is."""
    if language.name not in _QUERIES:
        return False
    return _SIGNS.get(language.name, _STRING_OPENS_LINE).search(code) is not None


def carried_cuts(snippet: Snippet, language: Language) -> list[Cut]:
    """Return the cuts that take such strings out of a snippet.

    Every string of those that open a body goes, as long as a statement follows it: the last may be the value of the
    body, and with only the first taken out the next one would become the first.
    """
    if not may_have(snippet.data.decode("utf-8", "replace"), language):
        return []
    found = captured(language, _QUERIES[language.name], snippet.root)
    strings = {node.id for node in found.get("string", [])}
    bodies = {node.id: node for node in found.get("body", [])}
    cuts = [Cut(*snippet.span(node)) for node in found.get("attribute", [])]
    for body in bodies.values():
        cuts += [_with_semicolon(snippet, node) for node in _leading_strings(snippet, language, body, strings)]
    return cuts


def _with_semicolon(snippet: Snippet, statement: Node) -> Cut:
    start, end = snippet.span(statement)
    after = _SEMICOLON_AFTER.match(snippet.data, end)
    return Cut(start, after.end() if after else end)


def _leading_strings(snippet: Snippet, language: Language, body: Node, strings: set[int]) -> Iterator[Node]:
    """Give the strings that open a body, each with a statement after it, except for directives."""
    statements = [
        node
        for node in body.named_children
        if node.type not in language.comments and node.type not in _NO_STATEMENTS and node.type not in BEFORE_CODE
    ]
    for node in statements[:-1]:
        content = snippet.bytes_of(node)
        if node.id not in strings or _COMPUTED.match(content):
            return
        if not _DIRECTIVE.match(content):
            yield node
