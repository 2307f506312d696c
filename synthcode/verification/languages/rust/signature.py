"""How the entry point of a Rust program is called: its parameters and its result, as the program declares them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import tree_sitter

from synthcode.comments.snippets import Snippet, captured, parse_snippet
from synthcode.entry_points import choose_entry_point, definitions
from synthcode.languages import get_language
from synthcode.languages.parsing import ParseTimeout
from synthcode.verification.cases.case import Untestable
from synthcode.verification.languages.rust.types import RustType, Types

RUST = get_language("rust")
_ITEMS = """
(type_item name: (type_identifier) type: (_)) @alias
(struct_item name: (type_identifier)) @struct
"""
_UNIT = RustType("tuple", "()")


@dataclass(frozen=True)
class Signature:
    """A function that can be called from the root of its crate."""

    name: str
    callee: str
    """The path that is called: ``f``, ``Solution::f``, or ``f`` of ``receiver``."""
    parameters: tuple[RustType, ...]
    result: RustType
    receiver: str = ""
    """The expression of a new value on which a method is called; empty for a function."""
    is_unsafe: bool = False


def parse_rust(code: str) -> Snippet:
    """Parse Rust.

    Raises
    ------
    Untestable
        If the parser does not get through it.
    """
    try:
        return parse_snippet(code, RUST)
    except ParseTimeout as problem:
        raise Untestable("it is too long to be parsed") from problem


def read_signature(code: str, entry_point: str) -> Signature:
    """Find the entry point of a program and read how it is called.

    Raises
    ------
    Untestable
        If there is none that can be called.
    """
    snippet = parse_rust(code)
    defined = definitions(snippet, RUST)
    name = choose_entry_point(snippet, RUST, defined, entry_point)
    if name is None:
        raise Untestable("it defines no function")
    found = captured(RUST, _ITEMS, snippet.root)
    types = Types(snippet, _by_name(snippet, found.get("alias", [])), _by_name(snippet, found.get("struct", [])))
    aliases = {one: node.child_by_field_name("type") or node for one, node in types.aliases.items()}
    types = replace(types, aliases=aliases)
    for one in defined:
        if one.name == name and not one.is_nested and one.node.type == "function_item":
            return _signature(types, name, one.node)
    raise Untestable(f"{name} cannot be called from outside")


def _by_name(snippet: Snippet, nodes: list[tree_sitter.Node]) -> dict[str, tree_sitter.Node]:
    named = ((node.child_by_field_name("name"), node) for node in nodes)
    return {snippet.bytes_of(name).decode("utf-8", "replace"): node for name, node in named if name is not None}


def _signature(types: Types, name: str, node: tree_sitter.Node) -> Signature:
    modifiers = next((types.text(child) for child in node.named_children if child.type == "function_modifiers"), "")
    if "async" in modifiers:
        raise Untestable(f"{name} is async")
    path, owner = _owners(types, node)
    bounds = {**(_bounds(types, owner) if owner is not None else {}), **_bounds(types, node)}
    types = replace(types, bounds=bounds)
    given = node.child_by_field_name("parameters")
    listed = given.named_children if given is not None else []
    parameters = tuple(types.read(one.child_by_field_name("type")) for one in listed if one.type == "parameter")
    returned = node.child_by_field_name("return_type")
    result = types.read(returned) if returned is not None else _UNIT
    receiver = ""
    if any(one.type == "self_parameter" or types.text(one).startswith("self:") for one in listed):
        receiver = _new_value(types, path)
        parameters = tuple(
            types.read(one.child_by_field_name("type"))
            for one in listed
            if one.type == "parameter" and not types.text(one).startswith("self:")
        )
    callee = name if receiver else "::".join([*path, name])
    return Signature(name, callee, parameters, result, receiver, "unsafe" in modifiers)


def _owners(types: Types, node: tree_sitter.Node) -> tuple[list[str], tree_sitter.Node | None]:
    """Return the names of the modules and the type around a function, and the ``impl`` block."""
    path: list[str] = []
    block = None
    around = node.parent
    while around is not None:
        if around.type == "impl_item":
            block = around
            owner = around.child_by_field_name("type")
            if owner is not None and owner.type == "generic_type":
                owner = owner.child_by_field_name("type")
            path.insert(0, types.text(owner))
        elif around.type == "mod_item":
            path.insert(0, types.text(around.child_by_field_name("name")))
        elif around.type == "trait_item":
            raise Untestable("it is a method of a trait")
        around = around.parent
    return path, block


def _new_value(types: Types, path: list[str]) -> str:
    """Return the expression of a new value of a type."""
    owner = "::".join(path)
    item = types.structs.get(path[-1]) if path else None
    if item is None:
        raise Untestable(f"it is a method of {owner or 'a value'}, which cannot be made")
    body = item.child_by_field_name("body")
    if body is None:
        return owner
    if not [child for child in body.named_children if child.type not in ("line_comment", "block_comment")]:
        return f"{owner} {{}}" if body.type == "field_declaration_list" else f"{owner}()"
    source = types.snippet.data.decode("utf-8", "replace").replace(" ", "")
    if "fnnew()->" in source:
        return f"{owner}::new()"
    if "Default" in source:
        return f"<{owner} as ::core::default::Default>::default()"
    raise Untestable(f"it is a method of {owner}, which cannot be made without arguments")


def _bounds(types: Types, node: tree_sitter.Node) -> Mapping[str, tuple[tree_sitter.Node, ...]]:
    """Return the type parameters of a function or block, with the traits that they have."""
    found: dict[str, tuple[tree_sitter.Node, ...]] = {}
    listed = node.child_by_field_name("type_parameters")
    for one in listed.named_children if listed is not None else ():
        if one.type == "type_parameter":
            found[types.text(one.child_by_field_name("name"))] = _traits(one)
    for clause in (child for child in node.named_children if child.type == "where_clause"):
        for one in (child for child in clause.named_children if child.type == "where_predicate"):
            name = types.text(one.child_by_field_name("left"))
            if name in found:
                found[name] = (*found[name], *_traits(one))
    return found


def _traits(node: tree_sitter.Node) -> tuple[tree_sitter.Node, ...]:
    bounds = node.child_by_field_name("bounds")
    return tuple(bounds.named_children) if bounds is not None else ()
