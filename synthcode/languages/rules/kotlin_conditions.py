"""Conditions of Kotlin's refusals: bodies of classes, declarations without a value, and functions that end in vain."""

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
_VALUES = frozenset({"assignment", "identifier", "index_expression", "number_literal", "string_literal"})
_GOES_ON = _VALUES | {"property_declaration"}
"""Statements after which the end of a function is reached; a call may be one that does not return."""
_NO_STATEMENTS = frozenset({"block_comment", "line_comment"})
_ARITHMETIC = frozenset({"+", "-", "*", "/", "%", "<", ">", "<=", ">=", "==", "!="})
_ANY_CONTROL = re.compile(rb"\b(?:return|throw|error|exitProcess|TODO|fail)\b")
_NO_VALUE = re.compile(rb"(?:kotlin\.)?(?:Unit|Nothing)")


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


def ends_without_return(body: tree_sitter.Node) -> bool:
    """Return whether the end of a function with a result can certainly be reached."""
    function = body.parent
    block = body.named_children[0] if body.named_child_count else None
    if function is None or block is None or block.type != "block":
        return False
    head = list(_after_parameters(function))
    last = next((one for one in reversed(block.named_children) if one.type not in _NO_STATEMENTS), None)
    if not head or last is None or _NO_VALUE.fullmatch(head[0].text or b""):
        return False
    return _goes_on(last)


def _after_parameters(function: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """Yield the type of a function's result."""
    is_after = False
    for child in function.children:
        if is_after and child.is_named and child.type.endswith("type"):
            yield child
        is_after = is_after or child.type == "function_value_parameters"


def _goes_on(statement: tree_sitter.Node) -> bool:
    kind = statement.type
    if kind == "for_statement":
        return True
    if kind in _GOES_ON:
        return _ANY_CONTROL.search(statement.text or b"") is None
    if kind == "binary_expression":
        operator = statement.child_by_field_name("operator")
        known = operator is not None and operator.type in _ARITHMETIC
        return known and _ANY_CONTROL.search(statement.text or b"") is None
    if kind == "if_expression":
        return not any(child.type == "else" for child in statement.children)
    return False


DECLARED_ELSEWHERE = re.compile(rb"\b(?:expect|actual)\b")


def types(declaration: tree_sitter.Node) -> Iterator[bytes]:
    """Yield the name of a class or object, unless another file may hold the rest of it."""
    name = declaration.child_by_field_name("name")
    if name is not None and name.text:
        head = (declaration.text or b"")[: name.start_byte - declaration.start_byte]
        if DECLARED_ELSEWHERE.search(head) is None:
            yield b"class " + name.text
