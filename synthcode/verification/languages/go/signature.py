"""How the entry point of a Go program is called: its parameters and results, as the program declares them."""

from __future__ import annotations

from dataclasses import dataclass

import tree_sitter

from synthcode.comments.snippets import captured
from synthcode.entry_points import choose_entry_point, definitions
from synthcode.verification.cases.case import Untestable
from synthcode.verification.languages.go.sources import GO, parse_go
from synthcode.verification.languages.go.types import GoType, Types

_TYPES = "(type_spec name: (type_identifier) @n type: (_) @t) (type_alias name: (type_identifier) @n type: (_) @t)"
_VARIABLES = "(source_file (var_declaration) @v)"


@dataclass(frozen=True)
class Signature:
    """A function that can be called from its own package."""

    name: str
    callee: str
    """The expression that is called: ``f``, ``new(T).f``."""
    parameters: tuple[GoType, ...]
    results: tuple[GoType, ...]
    is_variadic: bool = False
    """Whether the last parameter takes any number of arguments; its type is that of one of them."""
    type_parameters: tuple[str, ...] = ()


def read_signature(code: str, entry_point: str) -> Signature:
    """Find the entry point of a program and read how it is called.

    Raises
    ------
    Untestable
        If there is none that can be called.
    """
    snippet = parse_go(code)
    defined = definitions(snippet, GO)
    name = choose_entry_point(snippet, GO, defined, entry_point)
    if name is None:
        raise Untestable("it defines no function")
    found = captured(GO, _TYPES, snippet.root)
    pairs = zip(_sorted(found.get("n", [])), _sorted(found.get("t", [])), strict=False)
    types = Types(snippet, {snippet.bytes_of(one).decode("utf-8", "replace"): node for one, node in pairs})
    for one in defined:
        if one.name == name and not one.is_nested and one.node.type in ("function_declaration", "method_declaration"):
            return _declared(types, name, one.node)
    for node in captured(GO, _VARIABLES, snippet.root).get("v", ()):
        for spec in _variables(node):
            literal = _function_literal(spec)
            if literal is not None and any(types.text(one) == name for one in spec.children_by_field_name("name")):
                return _signature(types, name, name, literal)
    raise Untestable(f"{name} cannot be called from outside")


def _sorted(nodes: list[tree_sitter.Node]) -> list[tree_sitter.Node]:
    return sorted(nodes, key=lambda node: node.start_byte)


def _variables(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    below = [child for child in node.named_children if child.type == "var_spec_list"]
    return [spec for one in (node, *below) for spec in one.named_children if spec.type == "var_spec"]


def _function_literal(spec: tree_sitter.Node) -> tree_sitter.Node | None:
    value = spec.child_by_field_name("value")
    literals = [one for one in value.named_children if one.type == "func_literal"] if value is not None else []
    return literals[0] if len(literals) == 1 else None


def _declared(types: Types, name: str, node: tree_sitter.Node) -> Signature:
    receiver = node.child_by_field_name("receiver")
    if receiver is None:
        return _signature(types, name, name, node)
    owner = types.text(receiver.named_children[0].child_by_field_name("type") if receiver.named_children else None)
    if not owner or "[" in owner:
        raise Untestable(f"{name} is a method of a generic type")
    return _signature(types, name, f"new({owner.lstrip('*')}).{name}", node)


def _signature(types: Types, name: str, callee: str, node: tree_sitter.Node) -> Signature:
    names = _type_parameters(types, node)
    types = Types(types.snippet, types.declared, frozenset(names))
    parameters: list[GoType] = []
    is_variadic = False
    given = node.child_by_field_name("parameters")
    for one in given.named_children if given is not None else ():
        if one.type not in ("parameter_declaration", "variadic_parameter_declaration"):
            continue
        is_variadic = one.type == "variadic_parameter_declaration"
        count = 1 if is_variadic else max(1, len(one.children_by_field_name("name")))
        parameters += [types.read(one.child_by_field_name("type"))] * count
    return Signature(name, callee, tuple(parameters), _results(types, node), is_variadic, names)


def _results(types: Types, node: tree_sitter.Node) -> tuple[GoType, ...]:
    result = node.child_by_field_name("result")
    if result is None:
        return ()
    if result.type != "parameter_list":
        return (types.read(result),)
    found: list[GoType] = []
    for one in result.named_children:
        if one.type == "parameter_declaration":
            count = max(1, len(one.children_by_field_name("name")))
            found += [types.read(one.child_by_field_name("type"))] * count
    return tuple(found)


def _type_parameters(types: Types, node: tree_sitter.Node) -> tuple[str, ...]:
    listed = node.child_by_field_name("type_parameters")
    found: list[str] = []
    for one in listed.named_children if listed is not None else ():
        found += [types.text(name) for name in one.children_by_field_name("name")]
    return tuple(found)
