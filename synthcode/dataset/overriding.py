"""Methods whose name a library gives them: renamed, a program no longer compiles."""

from __future__ import annotations

import re

import tree_sitter

from synthcode.comments.snippets import Snippet

_ANONYMOUS = frozenset({"object_creation_expression", "object_literal"})
_TYPES = frozenset({"class_declaration", "enum_declaration", "object_declaration", "record_declaration"})
_BASES = frozenset({"superclass", "super_interfaces", "delegation_specifiers", "base_list"})
_OVERRIDE = re.compile(rb"@Override\b|\boverride\b")
_DEFINED = re.compile(rb"\b(?:class|interface|enum|record|object)\s{1,20}(\w+)")
_NAME = re.compile(rb"[A-Za-z_]\w*")


def overrides_a_library(snippet: Snippet, name: tree_sitter.Node) -> bool:
    """Return whether a method overrides one of a type that the text does not define.

    Java, Kotlin and C#: the methods of an anonymous class, and what is marked as an override in a class with bases.

    Parameters
    ----------
    snippet
        The text.
    name
        The node that names the method where it is defined.
    """
    method = name.parent
    holder = method
    while holder is not None and holder.type not in _ANONYMOUS | _TYPES:
        holder = holder.parent
    if method is None or holder is None:
        return False
    if holder.type in _TYPES and not _OVERRIDE.search(_before(snippet, method, name)):
        return False
    bases = _bases(holder)
    return bool(bases) and not set(bases) & set(_DEFINED.findall(snippet.data))


def _before(snippet: Snippet, method: tree_sitter.Node, name: tree_sitter.Node) -> bytes:
    return snippet.data[max(snippet.span(method)[0], 0) : snippet.span(name)[0]]


def _bases(holder: tree_sitter.Node) -> list[bytes]:
    if holder.type == "object_creation_expression":
        base = holder.child_by_field_name("type")
        return [] if base is None else _NAME.findall(base.text or b"")[:1]
    listed = [child for child in holder.children if child.type in _BASES]
    return [
        name for child in listed for name in _NAME.findall(child.text or b"") if name not in (b"extends", b"implements")
    ]
