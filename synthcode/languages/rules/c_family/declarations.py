"""Conditions of C's and C++'s refusals: names that are declared twice, cases and labels that are there twice."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator

import tree_sitter

from synthcode.languages import LANGUAGES
from synthcode.languages.parsing import grammar

_NAMES = frozenset({"identifier", "field_identifier"})
_WRAPPED = frozenset(
    {"array_declarator", "init_declarator", "parenthesized_declarator", "pointer_declarator", "reference_declarator"}
)
"""Around the name of a variable; what is in a ``function_declarator`` may be declared again."""
_DECLARATIONS = frozenset({"declaration", "field_declaration"})
_PARAMETERS = frozenset({"parameter_declaration", "optional_parameter_declaration"})
_TYPES = frozenset({"class_specifier", "enum_specifier", "struct_specifier", "union_specifier"})
_FUNCTIONS = frozenset({"abstract_function_declarator", "function_declarator"})
_HEADS = frozenset({"condition_clause", "init_statement"})
_OTHERS = frozenset({"storage_class_specifier", "type_qualifier", "attribute_specifier", "attribute_declaration"})
_MAY_BE_LABEL = re.compile(rb"(?<!goto )\b(\w++)\s*+(?::|;\s*+\})")
"""A label, also one at the end of a block: the grammar does not know those, and reads them as statements."""
_WORD = re.compile(rb"\w+")
_JUMPS = "(goto_statement label: (_) @goto) (labeled_statement label: (_) @label)"


def declares_twice(*, heads: bool) -> Callable[[tree_sitter.Node], bool]:
    """Refuse a block of which two declarations, those of its function's parameters included, have the same name.

    Parameters
    ----------
    heads
        Whether what the head of a statement or lambda expression declares counts as well, as in C++.
    """

    def refuse(block: tree_sitter.Node) -> bool:
        seen: set[bytes] = set()
        outer = block.parent
        names = _OF_HEADS.get(outer.type) if outer is not None else None
        if outer is not None and names is not None and (heads or names is _parameters):
            for name in names(outer):
                if name in seen:
                    return True
                seen.add(name)
        return _repeats(block, seen)

    return refuse


def has_member_twice(members: tree_sitter.Node) -> bool:
    """Return whether two members of a type that are not functions have the same name."""
    return _repeats(members, set())


def _repeats(node: tree_sitter.Node, seen: set[bytes]) -> bool:
    for child in node.named_children:
        if child.type in _DECLARATIONS:
            for name in _variables(child):
                if name in seen:
                    return True
                seen.add(name)
    return False


def _variables(declaration: tree_sitter.Node) -> Iterator[bytes]:
    """Yield the names of variables that a declaration declares: only ``extern`` ones may be declared again."""
    declarators = declaration.children_by_field_name("declarator")
    first = declaration.children[0]
    if first.type == "storage_class_specifier" and first.text == b"extern":
        return
    for declarator in declarators:
        name = _name(declarator)
        if isinstance(name, bytes) and name != b"_":
            yield name
        elif isinstance(name, tree_sitter.Node):
            yield from (one.text for one in name.named_children if one.text and one.text != b"_")


def _name(declarator: tree_sitter.Node) -> bytes | tree_sitter.Node | None:
    """Return the name of a variable that a declarator declares, or the node of several names, or None."""
    node: tree_sitter.Node | None = declarator
    while node is not None and node.type in _WRAPPED:
        inner = node.child_by_field_name("declarator")
        if inner is None:  # of references and parentheses the grammar has no field
            inner = next((child for child in node.named_children if child.type not in _OTHERS), None)
        node = inner
    if node is not None and node.type == "structured_binding_declarator":
        return node
    return node.text if node is not None and node.type in _NAMES else None


def _parameters(function: tree_sitter.Node) -> Iterator[bytes]:
    node = function.child_by_field_name("declarator")
    while node is not None and node.type not in _FUNCTIONS:
        node = node.child_by_field_name("declarator") or (
            node.named_children[0] if node.type == "reference_declarator" and node.named_child_count else None
        )
    if node is not None:
        yield from _listed(node)


def _listed(function: tree_sitter.Node) -> Iterator[bytes]:
    """Yield the names of the parameters of a ``function_declarator`` or a clause ``catch``."""
    parameters = function.child_by_field_name("parameters")
    for parameter in parameters.named_children if parameters is not None else ():
        if parameter.type in _PARAMETERS:
            declarator = parameter.child_by_field_name("declarator")
            if declarator is not None and isinstance(name := _name(declarator), bytes):
                yield name


def _head(statement: tree_sitter.Node) -> Iterator[bytes]:
    """Yield the names that the head of a loop or an ``if`` declares."""
    if statement.type == "for_range_loop":
        yield from _variables(statement)
        return
    for child in statement.named_children:
        if child.type == "declaration":
            yield from _variables(child)
        elif child.type in _HEADS:
            yield from _head(child)


_OF_HEADS: dict[str, Callable[[tree_sitter.Node], Iterator[bytes]]] = {
    "catch_clause": _listed,
    "for_range_loop": _head,
    "for_statement": _head,
    "function_definition": _parameters,
    "if_statement": _head,
    "lambda_expression": _parameters,
    "switch_statement": _head,
    "while_statement": _head,
}


def has_case_twice(body: tree_sitter.Node) -> bool:
    """Return whether two labels of a ``switch``, whose body a node is, are the same."""
    seen: set[bytes] = set()
    for child in body.named_children:
        if child.type == "case_statement":
            value = child.child_by_field_name("value")
            text = b"default" if value is None else (value.text or b"")
            if text in seen:
                return True
            seen.add(text)
    return False


def jumps_wrongly(language_name: str) -> Callable[[tree_sitter.Node], bool]:
    """Refuse the body of a function that defines a label twice, or jumps to one that it does not define."""

    def refuse(body: tree_sitter.Node) -> bool:
        found = _jumps(language_name).captures(body)
        if "goto" not in found:
            return False
        text = body.text or b""
        if b"__label__" in text or (b"[" in text and language_name == "cpp"):
            return False  # labels of a block or of a lambda expression
        labels = [node.text for node in found.get("label", ())]
        if len(labels) > len(set(labels)) and b"#" not in text:
            return True
        missing = {node.text or b"" for node in found["goto"]}.difference(labels)
        return bool(missing) and not missing <= {label[1] for label in _MAY_BE_LABEL.finditer(text)}

    return refuse


def defines_twice(*, overloads: bool) -> Callable[[tree_sitter.Node], bool]:
    """Refuse a file or namespace that defines a function, or a type, twice.

    Parameters
    ----------
    overloads
        Whether functions of one name may have other parameters.
    """

    def refuse(scope: tree_sitter.Node) -> bool:
        seen: set[bytes] = set()
        for child in scope.named_children:
            name = _defined(child, overloads=overloads)
            if name is None:
                continue
            if name in seen and b"#undef" not in (scope.text or b""):
                return True
            seen.add(name)
        return False

    return refuse


def _defined(node: tree_sitter.Node, *, overloads: bool) -> bytes | None:
    kind = node.type
    if kind == "function_definition":
        return _signature(node) if overloads else _function(node)
    if kind in _DECLARATIONS or kind == "type_definition":
        inner = node.child_by_field_name("type")
        if inner is None:
            return None
        node, kind = inner, inner.type
    if kind not in _TYPES or node.child_by_field_name("body") is None:
        return None
    name = node.child_by_field_name("name")
    return None if name is None else b"type " + (name.text or b"")


def _function(function: tree_sitter.Node) -> bytes | None:
    """Return the name of a function of C."""
    node = function.child_by_field_name("declarator")
    while node is not None and node.type in ("function_declarator", "pointer_declarator"):
        node = node.child_by_field_name("declarator")
    return node.text if node is not None and node.type == "identifier" else None


def _signature(function: tree_sitter.Node) -> bytes | None:
    """Return what tells a function of C++ from others: its head without the names of its parameters."""
    declarator = function.child_by_field_name("declarator")
    if declarator is None:
        return None
    head = (function.text or b"")[: declarator.end_byte - function.start_byte]
    names = set(_parameters(function))
    head = _WORD.sub(lambda word: b"" if word[0] in names else word[0], head)
    return b"".join(head.split())


@functools.cache
def _jumps(language_name: str) -> tree_sitter.QueryCursor:
    return tree_sitter.QueryCursor(tree_sitter.Query(grammar(LANGUAGES[language_name]), _JUMPS))
