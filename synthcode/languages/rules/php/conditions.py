"""Conditions of PHP's refusals: modifiers, constant values, cases of enumerations, and where a namespace stands."""

from __future__ import annotations

import tree_sitter

_MODIFIERS = frozenset(
    {
        "abstract_modifier",
        "final_modifier",
        "readonly_modifier",
        "static_modifier",
        "var_modifier",
        "visibility_modifier",
    }
)
_EXCLUDE_EACH_OTHER = (
    frozenset({"abstract_modifier", "final_modifier"}),
    frozenset({"readonly_modifier", "static_modifier"}),
    frozenset({"var_modifier", "visibility_modifier"}),
)
_BEFORE_NAMESPACE = frozenset(
    {"comment", "declare_statement", "empty_statement", "php_tag", "text", "text_interpolation"}
)


def does_not_go_with_others(modifier: tree_sitter.Node) -> bool:
    """Return whether a modifier is there twice, or another one before it excludes it.

    Who may set a property may differ from who may read it: ``public private(set)``.
    """
    before = modifier.prev_sibling
    if before is None or before.type not in _MODIFIERS or modifier.child_count > 1:
        return False
    while before is not None and before.type in _MODIFIERS:
        is_same = before.type == modifier.type and before.child_count <= 1
        if is_same or {before.type, modifier.type} in _EXCLUDE_EACH_OTHER or _is_hidden(before, modifier):
            return True
        before = before.prev_sibling
    return False


def _is_hidden(one: tree_sitter.Node, other: tree_sitter.Node) -> bool:
    """Return whether a method is abstract and private: one of a trait may be."""
    if {one.type, other.type} != {"abstract_modifier", "visibility_modifier"}:
        return False
    owner = one.parent and one.parent.parent and one.parent.parent.parent
    is_private = b"private" in ((one.text or b"").lower(), (other.text or b"").lower())
    return is_private and owner is not None and owner.type == "class_declaration"


def is_wrongly_readonly(declaration: tree_sitter.Node) -> bool:
    """Return whether a read-only property has no type, or a value from the start."""
    if not any(child.type == "readonly_modifier" for child in declaration.named_children):
        return False
    elements = [child for child in declaration.named_children if child.type == "property_element"]
    has_value = any(one.child_by_field_name("default_value") is not None for one in elements)
    return has_value or declaration.child_by_field_name("type") is None


def is_no_reference(call: tree_sitter.Node) -> bool:
    """Return whether a call is more than a reference to a function: ``strlen(...)``."""
    arguments = call.child_by_field_name("arguments")
    return arguments is None or not any(child.type == "variadic_placeholder" for child in arguments.named_children)


def has_other_cases(enumeration: tree_sitter.Node) -> bool:
    """Return whether a case has a value although the enumeration has no type, or the other way about."""
    body = enumeration.child_by_field_name("body")
    has_type = any(child.type == ":" for child in enumeration.children)
    cases = body.named_children if body is not None else []
    return any(
        case.type == "enum_case" and (case.child_by_field_name("value") is not None) != has_type for case in cases
    )


def follows_code(namespace: tree_sitter.Node) -> bool:
    """Return whether code that is in no namespace stands before the first one."""
    before = namespace.prev_named_sibling
    follows = False
    while before is not None:
        if before.type == "namespace_definition":
            return False
        follows = follows or before.type not in _BEFORE_NAMESPACE
        before = before.prev_named_sibling
    return follows
