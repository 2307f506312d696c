"""Characters that no program has where they stand, and that grammars pass over or take for names."""

from __future__ import annotations

import ast
import re

import tree_sitter

from synthcode.languages import Language

_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_NOT_CONTROL = bytes(byte for byte in range(256) if not _CONTROL.match(bytes([byte])))
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
_QUOTED = re.compile(r"string|comment|char|literal|text|content|heredoc|regex|template")
_ENTITIES = ("lt", "gt", "amp", "quot", "apos", "nbsp")
_ENTITY = re.compile(rf"&(?:{'|'.join(_ENTITIES)}|#\d{{1,5}});".encode())
_SIGILS = "#$@:?!"
"""Characters that names begin or end with in some language and that Unicode does not count as identifiers."""


def control_character(data: bytes) -> int | None:
    """Return the offset of the first control character that is not white space, or None."""
    if not data.translate(None, _NOT_CONTROL):  # four times as fast as the search, and nearly always enough
        return None
    found = _CONTROL.search(data)
    return found.start() if found else None


def foreign_character(root: tree_sitter.Node, data: bytes, language: Language, spaces: str) -> tuple[int, str] | None:
    """Find a character beyond ASCII outside of strings, comments and names.

    Parameters
    ----------
    root, data
        A tree, and the UTF-8 that it was parsed from.
    language
        Its language.
    spaces
        Characters beyond ASCII that are white space to the language.

    Returns
    -------
    tuple or None
        Its offset, and the character.
    """
    for found in _BEYOND_ASCII.finditer(data):
        node = root.descendant_for_byte_range(*found.span())
        if node is None or _QUOTED.search(node.type):
            continue
        if node.type in language.identifiers and _is_name(node):
            continue
        strange = found[0].decode("utf-8", "replace").strip(spaces)
        if strange and (node.child_count or node.type in language.identifiers):
            return found.start(), strange[0]
    return None


def html_entity(root: tree_sitter.Node) -> tree_sitter.Node | None:
    """Return where an HTML entity stands in no string or comment, or None."""
    data = root.text or b""
    for found in _ENTITY.finditer(data) if b"&" in data else ():
        start = root.start_byte + found.start()
        node = root.descendant_for_byte_range(start, start + 1)
        if node is not None and not _QUOTED.search(node.type):
            return node
    return None


def python_entity(program: ast.Module) -> tuple[int, str] | None:
    """Return the line of an HTML entity among Python's operators, and what it is, or None."""
    for node in ast.walk(program):
        if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd) and isinstance(node.right, ast.Name)):
            continue
        if node.right.id in _ENTITIES and node.right.col_offset == (node.left.end_col_offset or 0) + 2:
            return node.lineno, "an HTML entity"
    return None


def _is_name(node: tree_sitter.Node) -> bool:
    return (node.text or b"").decode("utf-8", "replace").strip(_SIGILS).isidentifier()
