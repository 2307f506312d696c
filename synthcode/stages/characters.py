"""Characters that no program has where they stand, and that grammars pass over or take for names."""

from __future__ import annotations

import re

import tree_sitter

from synthcode.languages import Language

_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_NOT_CONTROL = bytes(byte for byte in range(256) if not _CONTROL.match(bytes([byte])))
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
_QUOTED = re.compile(r"string|comment|char|literal|text|content|heredoc|regex|template")
_SIGILS = "#$@:?!"
"""What names begin or end with in one language or another, beside what Unicode calls an identifier."""


def control_character(data: bytes) -> int | None:
    """Return the offset of the first control character that is no white space, or None."""
    if not data.translate(None, _NOT_CONTROL):  # four times as fast as the search, and nearly always enough
        return None
    found = _CONTROL.search(data)
    return found.start() if found else None


def foreign_character(root: tree_sitter.Node, data: bytes, language: Language, spaces: str) -> tuple[int, str] | None:
    """Find a character beyond ASCII that stands in no string or comment, and is no part of a name.

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


def _is_name(node: tree_sitter.Node) -> bool:
    return (node.text or b"").decode("utf-8", "replace").strip(_SIGILS).isidentifier()
