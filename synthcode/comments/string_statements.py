"""Python's statements that are but a string: docstrings, and what people comment with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

import tree_sitter

from synthcode.comments.removal import Cut
from synthcode.comments.snippets import Snippet

STRING_STATEMENT = "(expression_statement . [(string) (concatenated_string) (parenthesized_expression)] .) @string"
"""The query that finds them, and more: f-strings, bytes, what stands in parentheses."""

_TEXT = re.compile(rb"[rRuU]?[\"']")
_SEMICOLON_AFTER = re.compile(rb"[ \t]*;")


def string_cuts(
    snippet: Snippet, statements: list[tree_sitter.Node], *, docstrings_only: bool
) -> Iterator[tuple[tree_sitter.Node, Cut]]:
    """Give the statements to take out, each with its cut.

    Parameters
    ----------
    snippet
        A text in Python.
    statements
        What ``STRING_STATEMENT`` found in it.
    docstrings_only
        Whether to leave strings that do not open a module, class or function. In a text with errors they always
        stay: they may be part of what is broken. A string after a docstring is one too, since it would become one.
    """
    texts = {node.id for node in statements if _is_text(snippet, node)}
    bodies = {node.parent.id: node.parent for node in statements if node.id in texts and node.parent is not None}
    for body in bodies.values():
        if body.type not in ("block", "module"):
            continue
        inside = [node for node in body.named_children if node.type != "comment"]
        chosen = [node for node in inside if node.id in texts]
        if docstrings_only or snippet.root.has_error:
            chosen = list(takewhile(lambda node: node.id in texts, inside)) if _has_docstring(body) else []
        for place, node in enumerate(chosen):
            start, end = snippet.span(node)
            if place == 0 and len(chosen) == len(inside) and body.type == "block":
                yield node, Cut(start, end, b"pass")
            else:
                yield node, _with_semicolon(snippet.data, start, end)


def _is_text(snippet: Snippet, statement: tree_sitter.Node) -> bool:
    """Return whether a statement is a plain string: no f-string, no bytes."""
    value: tree_sitter.Node | None = statement.named_children[0]
    while value is not None and value.type == "parenthesized_expression":
        value = next((child for child in value.named_children if child.type != "comment"), None)
    if value is None or value.type not in ("string", "concatenated_string"):
        return False
    parts = value.named_children if value.type == "concatenated_string" else [value]
    return all(_TEXT.match(snippet.bytes_of(part)) for part in parts if part.type == "string")


def _has_docstring(body: tree_sitter.Node) -> bool:
    """Return whether the first string of a body would be a docstring: that of a module, class or function."""
    return body.parent is None or body.parent.type in ("function_definition", "class_definition")


def _with_semicolon(data: bytes, start: int, end: int) -> Cut:
    """Widen a cut by the semicolon that parts it from another statement of its line."""
    after = _SEMICOLON_AFTER.match(data, end)
    if after:
        return Cut(start, after.end())
    before = data.rfind(b";", 0, start)
    return Cut(before if before >= 0 and not data[before + 1 : start].strip(b" \t") else start, end)
