"""Conditions of Kotlin's refusals: bodies of classes, declarations without a value, modifiers and branches."""

from __future__ import annotations

import re
from collections.abc import Iterator

import tree_sitter

UNTYPED = re.compile(rb"va[lr](?<!\wva[lr])\s++(?:<[^<>\n]*+>\s*+)?+(?:\w++|\([^()\n]*+\))[ \t]*+(?:[\n\r;}]|/[/*]|\Z)")
"""A declaration that a line ends after its name, which may go on in the next line."""
_VISIBILITY = frozenset({"private", "protected", "public", "internal"})
_INHERITANCE = frozenset({"abstract", "final", "open", "sealed"})
_MEMBER_WORDS = frozenset({b"companion", b"constructor", b"init"})
"""Words that begin a member, which the grammar takes for entries of an enumeration."""
_NO_STATEMENTS = frozenset({"block_comment", "line_comment"})


def is_no_member(entry: tree_sitter.Node) -> bool:
    """Return whether an entry of an enumeration stands in the body of a class."""
    owner = entry.parent and entry.parent.parent
    if owner is None or entry.parent is None or entry.named_children[0].text in _MEMBER_WORDS:
        return False
    head = (owner.text or b"")[: entry.parent.start_byte - owner.start_byte]
    return re.search(rb"\benum\b", head) is None


def lacks_type_and_value(declaration: tree_sitter.Node) -> bool:
    """Return whether a declaration has neither a type nor a value, delegate or accessor."""
    variable = None
    for child in declaration.children:
        if child.type in ("=", "getter", "setter", "property_delegate"):
            return False
        if child.type in ("multi_variable_declaration", "variable_declaration"):
            variable = child
    if variable is None or declaration.has_error:
        return False
    following = declaration.next_named_sibling  # an accessor after a semicolon or a comment is a sibling
    while following is not None and following.type in _NO_STATEMENTS:
        following = following.next_named_sibling
    if following is not None and (following.text or b"").startswith((b"get", b"set", b"private", b"by", b"=", b":")):
        return False
    return variable.type == "multi_variable_declaration" or not any(child.type == ":" for child in variable.children)


def is_repeated(modifiers: tree_sitter.Node) -> bool:
    """Return whether a modifier is there twice, or two that exclude each other."""
    written = [(child.text or b"").decode() for child in modifiers.named_children if child.type != "annotation"]
    if len(written) < 2:
        return False
    return len(written) > len(set(written)) or any(
        len(group.intersection(written)) > 1 for group in (_VISIBILITY, _INHERITANCE - {"open"})
    )


def goes_on_after_else(entries: tree_sitter.Node) -> bool:
    """Return whether a branch of a ``when`` follows the one for all else."""
    is_after = False
    for entry in entries.named_children:
        if entry.type == "when_entry":
            if is_after:
                return True
            is_after = entry.children[0].type == "else"
    return False


DECLARED_ELSEWHERE = re.compile(rb"\b(?:expect|actual)\b")


def types(declaration: tree_sitter.Node) -> Iterator[bytes]:
    """Yield the name of a class or object, unless another file may hold the rest of it."""
    name = declaration.child_by_field_name("name")
    if name is not None and name.text:
        head = (declaration.text or b"")[: name.start_byte - declaration.start_byte]
        if DECLARED_ELSEWHERE.search(head) is None:
            yield b"class " + name.text
