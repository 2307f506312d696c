"""A condition of Go's refusals: a function that gives back something may end without doing so."""

from __future__ import annotations

import re

import tree_sitter

_BREAK = re.compile(rb"\bbreak\b")
_LEFT_BY_BREAK = frozenset(
    {"expression_switch_statement", "for_statement", "select_statement", "type_switch_statement"}
)
_FUNCTIONS = frozenset({"func_literal", "function_declaration", "method_declaration"})
_CASES = frozenset({"communication_case", "default_case", "expression_case", "type_case"})
_EMPTY = frozenset({"comment", "empty_statement"})


def ends_without_return(function: tree_sitter.Node) -> bool:
    """Return whether a function with a result has a body that does not end in a terminating statement.

    The specification, Terminating statements. A body without a statement only holds the place of one.
    """
    body = function.child_by_field_name("body")
    if function.child_by_field_name("result") is None or body is None:
        return False
    last = _last(body)
    return last is not None and not _terminates(last)


def _last(node: tree_sitter.Node) -> tree_sitter.Node | None:
    """Return the last statement of a block or case."""
    for listed in reversed(node.named_children):
        if listed.type == "statement_list":
            return next((one for one in reversed(listed.named_children) if one.type not in _EMPTY), None)
    return None


def _terminates(statement: tree_sitter.Node | None) -> bool:
    if statement is None:
        return False
    kind = statement.type
    if kind in ("return_statement", "goto_statement"):
        return True
    if kind == "expression_statement":
        return (statement.text or b"").lstrip(b"(").startswith(b"panic(")
    if kind == "block":
        return _terminates(_last(statement))
    if kind == "labeled_statement":
        return _terminates(statement.named_children[-1])
    if kind == "if_statement":
        branches = [statement.child_by_field_name(field) for field in ("consequence", "alternative")]
        return all(_terminates(branch) for branch in branches)
    if kind == "for_statement":
        return _is_endless(statement) and not _is_left(statement)
    return kind in _LEFT_BY_BREAK and _cases_terminate(statement) and not _is_left(statement)


def _is_endless(loop: tree_sitter.Node) -> bool:
    """Return whether a loop has no condition, and is not one over the values of something."""
    head = [child for child in loop.named_children if child.type not in ("block", "comment")]
    if not head:
        return True
    return head[0].type == "for_clause" and head[0].child_by_field_name("condition") is None


def _cases_terminate(switch: tree_sitter.Node) -> bool:
    cases = [child for child in switch.named_children if child.type in _CASES]
    if switch.type != "select_statement" and not any(case.type == "default_case" for case in cases):
        return False
    lasts = [_last(case) for case in cases]
    return all(last is not None and (last.type == "fallthrough_statement" or _terminates(last)) for last in lasts)


def _is_left(statement: tree_sitter.Node) -> bool:
    """Return whether a ``break`` leaves a statement, or may: one with a label counts wherever it leads."""
    return _BREAK.search(statement.text or b"") is not None and _has_break(statement, is_around=False)


def _has_break(node: tree_sitter.Node, *, is_around: bool) -> bool:
    """Return whether a ``break`` is in a node; one without a label counts if no other statement is around it."""
    for child in node.named_children:
        if child.type == "break_statement":
            if child.named_child_count or not is_around:
                return True
        elif child.type not in _FUNCTIONS and _has_break(child, is_around=is_around or child.type in _LEFT_BY_BREAK):
            return True
    return False
