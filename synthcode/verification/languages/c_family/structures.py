"""The structures that a program defines, with their fields."""

from __future__ import annotations

from collections.abc import Mapping

import tree_sitter

from synthcode.comments.snippets import Snippet
from synthcode.verification.cases.case import Untestable
from synthcode.verification.languages.c_family.declarations import Parameter, declared_as, walk

Structures = Mapping[str, tuple[Parameter, ...]]
"""Name -> fields, of structures that are made of fields only."""


def structures(snippet: Snippet) -> Structures:
    """Return the structures of a program, by tag and by other names."""
    found: dict[str, tuple[Parameter, ...]] = {}
    for node in walk(snippet.root):
        body = node.child_by_field_name("body") if node.type in ("struct_specifier", "class_specifier") else None
        fields = _fields(snippet, node, body) if body is not None and _is_outermost(node) else None
        if fields is None:
            continue
        name = node.child_by_field_name("name")
        if name is not None:
            found[snippet.bytes_of(name).decode("utf-8", "replace")] = fields
        outer = node.parent
        is_named = outer is not None and outer.type == "type_definition"
        declarator = outer.child_by_field_name("declarator") if outer is not None and is_named else None
        if declarator is not None and declarator.type == "type_identifier":
            found[snippet.bytes_of(declarator).decode("utf-8", "replace")] = fields
    return found


def _is_outermost(node: tree_sitter.Node) -> bool:
    parent = node.parent
    if parent is not None and parent.type in ("type_definition", "declaration"):
        parent = parent.parent
    return parent is not None and parent.type == "translation_unit"


def _fields(snippet: Snippet, node: tree_sitter.Node, body: tree_sitter.Node) -> tuple[Parameter, ...] | None:
    fields: list[Parameter] = []
    is_plain = node.type == "struct_specifier"
    for one in body.named_children:
        if one.type == "comment":
            continue
        declarators = one.children_by_field_name("declarator")
        if one.type != "field_declaration" or not declarators or not is_plain:
            return None
        start = snippet.span(one)[0]
        end = snippet.span(declarators[0])[0]
        text = " ".join(snippet.data[start:end].decode("utf-8", "replace").split())
        try:
            fields += [declared_as(snippet, text, declarator) for declarator in declarators]
        except Untestable:  # a method, or a pointer to a function
            return None
    return tuple(fields) or None
