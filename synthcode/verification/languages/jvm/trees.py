"""Parsed programs: their nodes, and edits of their text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import tree_sitter

from synthcode.languages import Language
from synthcode.languages.parsing import ParseTimeout, parse
from synthcode.verification.cases.case import Untestable

Edit = tuple[int, int, str]
"""Start and end of what is replaced, in bytes, and what takes its place."""


def parsed(data: bytes, language: Language) -> tree_sitter.Node:
    """Return the root of a program's tree.

    Raises
    ------
    Untestable
        If it cannot be parsed in time.
    """
    try:
        return parse(data + b"\n", language).root_node
    except ParseTimeout as problem:
        raise Untestable("it cannot be parsed in time") from problem


def text_of(node: tree_sitter.Node | None) -> str:
    """Return a node's text, empty for no node."""
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def name_of(node: tree_sitter.Node) -> str:
    """Return the name of a declaration, empty if it has none."""
    return text_of(node.child_by_field_name("name"))


def nodes(root: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """Return a node and all below it, in the order of the text."""
    left = [root]
    while left:
        node = left.pop()
        yield node
        left.extend(reversed(node.children))


def around(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """Return the nodes that a node lies in, from the innermost one."""
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def edited(data: bytes, edits: Iterable[Edit]) -> str:
    """Return a text with spans replaced."""
    for start, end, text in sorted(edits, reverse=True):
        data = data[:start] + text.encode("utf-8") + data[end:]
    return data.decode("utf-8", "replace")


def blanked(data: bytes, spans: Iterable[tree_sitter.Node]) -> bytes:
    """Return a text with spaces in place of nodes: all else keeps its place."""
    for one in spans:
        kept = bytes(byte if byte == 10 else 32 for byte in data[one.start_byte : one.end_byte])
        data = data[: one.start_byte] + kept + data[one.end_byte :]
    return data
