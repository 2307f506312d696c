"""Conditions of Go's refusals: names, cases and labels that are there twice, jumps, and functions that end in vain."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator

import tree_sitter

FUNCTIONS = frozenset({"func_literal", "function_declaration", "method_declaration"})
_SWITCHES = frozenset({"expression_switch_statement", "select_statement", "type_switch_statement"})
_LITERALS = frozenset(
    {"float_literal", "int_literal", "interpreted_string_literal", "raw_string_literal", "rune_literal"}
)
_TYPES = frozenset({"expression_case", "type_case"})
_CASES = frozenset({"communication_case", "default_case", *_TYPES})
_SINGLE = frozenset(
    {"binary_expression", "composite_literal", "func_literal", "identifier", "selector_expression", "slice_expression"}
)
_PAIRS = frozenset({"index_expression", "type_assertion_expression"})
"""Besides calls and what a channel sends: with a second value that says whether there is a first."""
_JUMP = re.compile(rb"\b(?:break|continue|goto)[ \t]+([^\s;{}/]+)")
_RETURNS_VALUE = re.compile(rb"\breturn[ \t]+[^\s;}/]")
_RETURNS_NONE = re.compile(rb"\breturn[ \t]*+(?:[;}\n]|/[/*]|\Z)")


def declares_nothing_new(block: tree_sitter.Node) -> bool:
    """Return whether a block declares a name twice, or nothing with a ``:=``; parameters are names of the block."""
    seen = (
        set(_parameters(block.parent.parent)) if block.parent is not None and block.parent.parent is not None else set()
    )
    for statement in block.named_children:
        kind = statement.type
        if kind == "short_var_declaration":
            left = statement.child_by_field_name("left")
            names = [name.text or b"" for name in left.named_children] if left is not None else []
            fresh = set(names) - {b"_"}
            if fresh <= seen or len(fresh) + names.count(b"_") < len(names):
                return True
            seen |= fresh
        elif kind in ("const_declaration", "type_declaration", "var_declaration"):
            for name in declared(statement):
                if name in seen:
                    return True
                seen.add(name)
    return False


def _parameters(function: tree_sitter.Node) -> Iterator[bytes]:
    """Yield the names of what a function takes and gives back, if a node is one."""
    if function.type not in FUNCTIONS:
        return
    for field in ("receiver", "parameters", "result"):
        listed = function.child_by_field_name(field)
        for parameter in listed.named_children if listed is not None and listed.type == "parameter_list" else ():
            for name in parameter.children_by_field_name("name"):
                if name.text and name.text != b"_":
                    yield name.text


def repeats_a_parameter(function: tree_sitter.Node) -> bool:
    """Return whether two of a function's receiver, parameters and results have one name."""
    names = list(_parameters(function))
    return len(names) > len(set(names))


def declared(declaration: tree_sitter.Node) -> Iterator[bytes]:
    """Yield the names that a declaration of constants, types or variables declares."""
    for child in declaration.named_children:
        if child.type == "var_spec_list":
            yield from declared(child)
        for name in child.children_by_field_name("name"):
            if name.text and name.text not in (b"_", b","):
                yield name.text


def has_case_twice(switch: tree_sitter.Node) -> bool:
    """Return whether two cases of a switch are the same type, or the same literal: variables may be equal."""
    seen: set[bytes] = set()
    for case in switch.named_children:
        if case.type not in _TYPES:
            continue
        values = case.children_by_field_name("type") if case.type == "type_case" else _values(case)
        for value in values:
            text = _constant(value)
            if text in seen:
                return True
            seen |= {text} if text else set()
    return False


def _values(case: tree_sitter.Node) -> list[tree_sitter.Node]:
    listed = case.child_by_field_name("value")
    return listed.named_children if listed is not None else []


def _constant(value: tree_sitter.Node) -> bytes:
    """Return what is the same for equal constants, and empty for a variable."""
    text = value.text or b""
    if value.type == "unary_expression" and value.named_child_count == 1 and text[:1] in b"-+":
        inner = _constant(value.named_children[0])
        return inner and text[:1] + inner
    if value.parent is not None and value.parent.type == "type_case":
        return text if value.is_named else b""
    if value.type not in _LITERALS:
        return b""
    if value.type == "int_literal":
        digits = text.replace(b"_", b"").lower()
        octal = digits.isdigit() and len(digits) > 1 and digits[:1] == b"0"
        return b"%d" % int(digits, 8 if octal else 0)
    return text


def has_key_twice(literal: tree_sitter.Node) -> bool:
    """Return whether two keys of a literal are the same string or number."""
    keys = [
        key.named_children[0].text
        for element in literal.named_children
        if element.type == "keyed_element" and (key := element.child_by_field_name("key")) is not None
        if key.named_child_count == 1 and key.named_children[0].type in _LITERALS
    ]
    return len(keys) > len(set(keys))


def falls_nowhere(statement: tree_sitter.Node) -> bool:
    """Return whether ``fallthrough`` is not the last statement of a case that another one follows."""
    node = statement
    while node.parent is not None and node.parent.type == "labeled_statement":
        node = node.parent
    listed = node.parent
    case = listed.parent if listed is not None and listed.type == "statement_list" else None
    if case is None or listed is None or case.parent is None or case.parent.type != "expression_switch_statement":
        return True
    last = [child for child in listed.named_children if child.type not in ("comment", "empty_statement")][-1]
    following = case.next_named_sibling
    while following is not None and following.type == "comment":
        following = following.next_named_sibling
    return last != node or following is None


def is_unused_label(statement: tree_sitter.Node) -> bool:
    """Return whether nothing jumps to a label, or its function has it twice."""
    function = _function(statement)
    if function is None:
        return True
    label = statement.named_children[0].text or b""
    jumps, labels = _jumps_and_labels(function)
    return label not in jumps or labels[label] > 1


@functools.lru_cache(maxsize=1)
def _jumps_and_labels(function: tree_sitter.Node) -> tuple[frozenset[bytes], Counter[bytes]]:
    """Return where a function's statements jump, and how often it has each label, without functions within it.

    Kept for the next label of the same function: a function may have thousands.
    """
    labels = Counter[bytes]()
    open_ = list(function.children)
    while open_:
        inner = open_.pop()
        if inner.type in FUNCTIONS:
            continue
        if inner.type == "labeled_statement":
            labels[inner.named_children[0].text or b""] += 1
        open_ += inner.children
    return frozenset(_JUMP.findall(function.text or b"")), labels


def leaves_what_is_not_around(jump: tree_sitter.Node) -> bool:
    """Return whether the label of a ``break`` or ``continue`` is not that of a statement around it that can be left."""
    label = jump.named_children[0].text
    node = jump.parent
    while node is not None and node.type not in FUNCTIONS:
        if node.type == "labeled_statement" and node.named_children[0].text == label:
            kind = node.named_children[-1].type
            return kind != "for_statement" and (jump.type == "continue_statement" or kind not in _SWITCHES)
        node = node.parent
    return True


def _function(node: tree_sitter.Node) -> tree_sitter.Node | None:
    around = node.parent
    while around is not None and around.type not in FUNCTIONS:
        around = around.parent
    return around


def returns_wrongly(function: tree_sitter.Node) -> bool:
    """Return whether a function that gives back nothing returns a value, or the other way about."""
    result = function.child_by_field_name("result")
    body = function.child_by_field_name("body")
    if body is None or (result is not None and any(True for _ in _named(result))):
        return False
    pattern = _RETURNS_VALUE if result is None else _RETURNS_NONE
    return pattern.search(body.text or b"") is not None and any(
        (statement.named_child_count > 0) == (result is None) for statement in _returns(body)
    )


def _named(result: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    for parameter in result.named_children if result.type == "parameter_list" else ():
        yield from parameter.children_by_field_name("name")


def _returns(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """Yield the statements ``return`` of a function's body, those of functions within it excepted."""
    for child in node.named_children:
        if child.type == "return_statement":
            yield child
        elif child.type not in FUNCTIONS:
            yield from _returns(child)


def assigns_other_number(listed: tree_sitter.Node) -> bool:
    """Return whether there are more or fewer values than variables: a single call may give back several.

    Parameters
    ----------
    listed
        The variables or the values, of a statement that has several of either.
    """
    statement = listed.parent
    right = statement and (statement.child_by_field_name("right") or statement.child_by_field_name("value"))
    left = statement and statement.child_by_field_name("left")
    if statement is None or right is None:
        return False
    names = left.named_children if left is not None else statement.children_by_field_name("name")
    variables = sum(name.is_named and name.type != "comment" for name in names)
    values = [child for child in right.named_children if child.type != "comment"]
    if len(values) != 1:
        return len(values) != variables
    value = values[0]
    while value.type == "parenthesized_expression" and value.named_child_count == 1:
        value = value.named_children[0]
    if value.type in _PAIRS or (value.type == "unary_expression" and (value.text or b"").startswith(b"<-")):
        return variables > 2
    return variables > 1 and (value.type in _LITERALS or value.type in _SINGLE)
