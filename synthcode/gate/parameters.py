"""The parameters of a function, in the grammars of all languages."""

from __future__ import annotations

import re

import tree_sitter

_TYPED_FIELDS = ("type", "value", "default_value", "return_type", "default")
_OF_TYPE = re.compile(r"type|annotation|attribute|modifier|generic_name|qualified|template")


def parameter_list(node: tree_sitter.Node) -> tree_sitter.Node | None:
    """Return the node of a function's parameters, in any grammar; None if it has none."""
    declarator = node.child_by_field_name("declarator")
    while declarator is not None and declarator.type != "function_declarator":
        declarator = declarator.child_by_field_name("declarator") or next(
            (child for child in declarator.named_children if child.type.endswith("declarator")), None
        )
    holder = node if declarator is None else declarator
    found = holder.child_by_field_name("parameters") or holder.child_by_field_name("parameter")
    return found or next((child for child in node.children if child.type == "function_value_parameters"), None)


def is_typing(word: tree_sitter.Node, parameters: tree_sitter.Node) -> bool:
    """Return whether a word among parameters belongs to a type or default rather than to a name."""
    node = word
    while (parent := node.parent) is not None and node.id != parameters.id:
        if any(
            (field := parent.child_by_field_name(name)) is not None and field.id == node.id for name in _TYPED_FIELDS
        ):
            return True
        if node.id != word.id and _OF_TYPE.search(node.type) and not node.type.startswith(("typed_", "optional_")):
            return True
        node = parent
    return False
