"""Conditions of C#'s refusals: what a query cannot say of modifiers, parameters, bodies and sections."""

from __future__ import annotations

import re
from collections.abc import Callable

import tree_sitter

from synthcode.languages.rules.shared.bodies import ends_without_return


def _is_too_much(modifiers: set[bytes | None]) -> bool:
    """Return whether two modifiers say who sees a member, and not both together."""
    return modifiers <= _VISIBILITY and b"protected" not in modifiers


def is_repeated(modifier: tree_sitter.Node) -> bool:
    """Return whether a modifier is there twice, or two say who sees a member."""
    before = modifier.prev_sibling
    while before is not None and before.type == "modifier":
        if before.text == modifier.text or _is_too_much({before.text, modifier.text}):
            return True
        before = before.prev_sibling
    return False


_VISIBILITY = frozenset({b"internal", b"private", b"protected", b"public"})


def ends_without_value(body: tree_sitter.Node) -> bool:
    """Return whether a method, neither an iterator nor asynchronous, may end without its value."""
    method = body.parent
    if method is None or not ends_without_return(body):
        return False
    head = (method.text or b"")[: body.start_byte - method.start_byte]
    return b"async" not in head and b"yield" not in (body.text or b"") and b"#" not in (body.text or b"")


def has_no_value(declarator: tree_sitter.Node) -> bool:
    """Return whether a variable is declared without a value."""
    return declarator.child_count == 1  # 'this' is a value without a name in the grammar


def repeats_a_name(parameters: tree_sitter.Node) -> bool:
    """Return whether two parameters have one name."""
    named = (child.child_by_field_name("name") for child in parameters.named_children if child.type == "parameter")
    names = [name.text for name in named if name is not None and name.text != b"_"]
    return len(names) > len(set(names))


def lacks(modifier: str) -> Callable[[tree_sitter.Node], bool]:
    """Refuse a member, or what is in a member, that has not got a modifier."""

    def refuse(node: tree_sitter.Node) -> bool:
        member: tree_sitter.Node | None = node
        while member is not None and member.type not in FUNCTIONS:
            member = member.parent
        if member is None or member.type == "global_statement":
            return False
        body = member.child_by_field_name("body")
        end = member.end_byte if body is None else body.start_byte
        head = (member.text or b"")[: end - member.start_byte].decode("utf-8", "replace")
        return re.search(rf"\b(?:{modifier})\b", head) is None

    return refuse


FUNCTIONS = frozenset(
    {"accessor_declaration", "anonymous_method_expression", "constructor_declaration", "lambda_expression"}
    | {"local_function_statement", "method_declaration", "operator_declaration"}
)


def falls_through(section: tree_sitter.Node) -> bool:
    """Return whether a section of a switch ends with a statement after which the next one is reached."""
    parent = section.parent
    statement = section.named_children[-1] if section.named_children else None
    while statement is not None and statement.type == "block" and statement.named_children:
        statement = next((one for one in reversed(statement.named_children) if one.type != "comment"), None)
    if parent is None or statement is None or parent.has_error:
        return False
    if statement.type == "if_statement":
        return statement.child_by_field_name("alternative") is None
    return statement.type in ("expression_statement", "local_declaration_statement")


def goes_on_after_params(parameters: tree_sitter.Node) -> bool:
    """Return whether a parameter follows the one that stands for many."""
    after = False
    for child in parameters.children:
        if after and child.type == ",":
            return True
        after = after or child.type == "params" or any(one.type == "params" for one in child.children)
    return False


def lacks_a_value(parameters: tree_sitter.Node) -> bool:
    """Return whether a parameter that must be given follows one that need not be."""
    optional = False
    for child in parameters.named_children:
        if child.type == "parameter":
            has_value = any(one.type == "=" for one in child.children)
            text = child.text or b""
            if optional and not has_value and not text.startswith((b"params", b"[")):
                return True
            optional = optional or has_value
    return False
