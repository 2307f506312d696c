"""Conditions of refusals in languages like Java and C#: bodies that return wrongly or end in vain, cases twice."""

from __future__ import annotations

import re
from collections.abc import Iterator

import tree_sitter

_RETURNS_VALUE = re.compile(rb"\breturn\b\s*+[^;\s]")
_FUNCTIONS = frozenset(
    {"anonymous_method_expression", "class_body", "declaration_list", "lambda_expression", "local_function_statement"}
)
_GOES_ON = frozenset(
    {"assert_statement", "enhanced_for_statement", "foreach_statement"}
    | {"local_declaration_statement", "local_variable_declaration"}
)
"""Statements after which the next one is reached, whatever they hold."""
_EXPRESSIONS = frozenset(
    {"assignment_expression", "invocation_expression", "method_invocation", "object_creation_expression"}
    | {"postfix_unary_expression", "prefix_unary_expression", "update_expression"}
)
"""What is a statement with a semicolon."""
_NO_STATEMENTS = frozenset({"block_comment", "comment", "line_comment", "local_function_statement"})
_COMPARED = frozenset({"binary_expression", "invocation_expression", "method_invocation"})
_IDENTIFIER = re.compile(rb"(?<![\w.])[a-z]\w*+")
_NO_LABELS = frozenset({"comment", "guard", "line_comment", "block_comment", "pattern"})


def returns_value(body: tree_sitter.Node) -> bool:
    """Return whether the body of a method without a result returns a value."""
    return _RETURNS_VALUE.search(body.text or b"") is not None and any(
        statement.named_child_count > 0 and statement.named_children[0].type not in _NO_STATEMENTS
        for statement in _returns(body)
    )


def _returns(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    for child in node.named_children:
        if child.type == "return_statement":
            yield child
        elif child.type not in _FUNCTIONS and b"return" in (child.text or b""):
            yield from _returns(child)


def ends_without_return(body: tree_sitter.Node) -> bool:
    """Return whether the end of a body can certainly be reached; one without statements only holds a place."""
    last = _last(body)
    return last is not None and _goes_on(last)


def _last(block: tree_sitter.Node) -> tree_sitter.Node | None:
    """Return the last statement of a block: from its end, without a list of all of them."""
    for index in range(block.named_child_count - 1, -1, -1):
        statement = block.named_child(index)
        if statement is not None and statement.type not in _NO_STATEMENTS:
            return statement
    return None


def _goes_on(statement: tree_sitter.Node) -> bool:
    """Return whether the statement after another one can certainly be reached: False if that is not known."""
    kind = statement.type
    if kind in _GOES_ON:
        return True
    if kind == "expression_statement":
        return statement.named_children[0].type in _EXPRESSIONS
    if kind == "block":
        last = _last(statement)
        return last is None or _goes_on(last)
    if kind == "if_statement":
        branches = [statement.child_by_field_name(field) for field in ("consequence", "alternative")]
        return any(branch is None or _goes_on(branch) for branch in branches)
    if kind in ("for_statement", "while_statement"):
        condition = statement.child_by_field_name("condition")
        while condition is not None and condition.type == "parenthesized_expression":
            condition = condition.named_children[0]
        return condition is not None and condition.type in _COMPARED and _varies(condition)
    return kind == "try_statement" and _goes_on_after(statement)


def _varies(condition: tree_sitter.Node) -> bool:
    """Return whether a condition has a variable, or calls something."""
    return condition.type != "binary_expression" or _IDENTIFIER.search(condition.text or b"") is not None


def _goes_on_after(attempt: tree_sitter.Node) -> bool:
    """Return whether ``try`` or a ``catch`` of it goes on; nothing is known of one with ``finally``."""
    if any(child.type == "finally_clause" for child in attempt.named_children):
        return False
    bodies = [attempt, *(child for child in attempt.named_children if child.type == "catch_clause")]
    return any((block := body.child_by_field_name("body")) is not None and _goes_on(block) for body in bodies)


def has_case_twice(switch: tree_sitter.Node) -> bool:
    """Return whether two labels of a switch are the same constant; patterns with a condition may be the same."""
    labels = list(_labels(switch))
    return len(labels) > len(set(labels))


def _labels(switch: tree_sitter.Node) -> Iterator[bytes]:
    for section in switch.named_children:
        kinds = {child.type for child in section.named_children}
        for child in section.named_children:
            if child.type == "switch_label" and not any(one.type == "guard" for one in child.named_children):
                yield from (one.text or b"" for one in child.named_children if one.type not in _NO_LABELS)
            elif child.type == "constant_pattern" and "when_clause" not in kinds:
                yield child.text or b""
