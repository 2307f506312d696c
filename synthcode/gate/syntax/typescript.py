"""TypeScript without its types: what is left is JavaScript, whose early errors an engine finds."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import tree_sitter

from synthcode.languages import LANGUAGES
from synthcode.languages.parsing import grammar

_TYPED = """
    [(type_annotation) (asserts_annotation) (type_predicate_annotation)] @annotation
    [(type_parameters) (type_arguments) (accessibility_modifier) (override_modifier) (implements_clause)
     (decorator) (hash_bang_line)] @blank
    [(interface_declaration) (type_alias_declaration) (ambient_declaration) (function_signature) (index_signature)
     (abstract_method_signature) (method_signature) (enum_declaration) (internal_module) (module) (import_alias)] @empty
    [(as_expression) (satisfies_expression)] @suffix
    (non_null_expression "!" @blank)
    (variable_declarator "!" @blank)
    (abstract_class_declaration "abstract" @blank)
    (public_field_definition) @field
    (method_definition "?" @blank)
    (required_parameter (this) @this)
    [(required_parameter "readonly" @blank) (optional_parameter ["?" "readonly"] @blank)]
    (program (import_statement) @import)
    (program (export_statement) @export)
    (meta_property) @meta
    (arrow_function parameter: (identifier) @async (#eq? @async "async"))
"""
_FIELD_TOKENS = frozenset({"?", "!", "readonly"})
_UNTYPED = frozenset({"declare", "abstract"})

Edit = tuple[int, int, bytes]
"""The first byte, the end, and what replaces it; line breaks follow."""


def captures_of_types(root: tree_sitter.Node) -> dict[str, list[tree_sitter.Node]]:
    """Return what stands in a program of TypeScript and in none of JavaScript, by what becomes of it."""
    return _cursor().captures(root)


def type_edits(kind: str, node: tree_sitter.Node) -> Iterator[Edit]:
    """Yield the edits that take a captured node out."""
    if kind == "suffix":
        value = node.named_children[0]
        yield value.end_byte, node.end_byte, b" "
    elif kind == "field":
        yield from _field_edits(node)
    elif kind == "this":
        yield from _this_edits(node)
    elif kind == "annotation":
        ends_field = node.parent is not None and node.parent.type == "public_field_definition"
        has_value = node.parent is not None and node.parent.child_by_field_name("value") is not None
        yield node.start_byte, node.end_byte, b";" if ends_field and not has_value else b" "
    else:
        yield node.start_byte, node.end_byte, b";" if kind == "empty" else b" "


def keeps_no_lines(kind: str, node: tree_sitter.Node) -> bool:
    """Return whether no line break may stand in a node's place: before the arrow of a function."""
    return kind == "annotation" and node.parent is not None and node.parent.type == "arrow_function"


def _field_edits(field: tree_sitter.Node) -> Iterator[Edit]:
    if any(child.type in _UNTYPED for child in field.children):
        yield field.start_byte, field.end_byte, b";"
        return
    for child in field.children:
        if child.type in _FIELD_TOKENS:
            yield child.start_byte, child.end_byte, b" "


def _this_edits(node: tree_sitter.Node) -> Iterator[Edit]:
    parameter = node.parent
    if parameter is not None:
        after = parameter.next_sibling
        end = after.end_byte if after is not None and after.type == "," else parameter.end_byte
        yield parameter.start_byte, end, b" "


@functools.cache
def _cursor() -> tree_sitter.QueryCursor:
    return tree_sitter.QueryCursor(tree_sitter.Query(grammar(LANGUAGES["typescript"]), _TYPED))
