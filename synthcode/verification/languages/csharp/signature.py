"""How the entry point of a C# program is called, as the program declares it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import tree_sitter

from synthcode.comments.snippets import Snippet, any_of, captured
from synthcode.entry_points import Definition, choose_entry_point, definitions, spelling
from synthcode.verification.cases.case import Untestable
from synthcode.verification.languages.csharp.sources import CSHARP, TYPES, enclosing_type
from synthcode.verification.languages.csharp.types import CSharpType, Types

_DECLARED = any_of({*TYPES, "interface_declaration", "enum_declaration", "delegate_declaration"}, "t")
_MEMBERS = "[(field_declaration) (property_declaration)] @m"


@dataclass(frozen=True)
class Signature:
    """A method, or a delegate that a field holds, which can be called within its class."""

    name: str
    callee: str
    """The expression that is called: ``F``, ``new C().F``."""
    holder: tree_sitter.Node
    """The class."""
    parameters: tuple[CSharpType, ...]
    returned: CSharpType
    required: int
    """How many parameters have no default."""
    is_variadic: bool = False
    type_parameters: tuple[str, ...] = field(default=())
    modes: tuple[str, ...] = ()
    """Of each parameter: ``ref``, ``out`` or nothing."""


def read_signature(snippet: Snippet, entry_point: str) -> Signature:
    """Find the entry point of a program and read how it is called.

    Raises
    ------
    Untestable
        If there is none that can be called.
    """
    declared = captured(CSHARP, _DECLARED, snippet.root).get("t", [])
    types = Types(snippet, {_text(snippet, one.child_by_field_name("name")): one for one in declared})
    delegate = _delegate(snippet, types, entry_point)
    if delegate is not None:
        return delegate
    defined = [one for one in definitions(snippet, CSHARP) if not one.is_nested]
    name = choose_entry_point(snippet, CSHARP, defined, entry_point)
    methods = [one for one in defined if one.name == name and one.node.type == "method_declaration"]
    if name is None or not methods:
        raise Untestable("it defines no function that can be called from outside")
    return _method(snippet, types, _with_body(methods))


def _with_body(methods: list[Definition]) -> Definition:
    """Return the first method that does something: those of interfaces do not."""
    return next((one for one in methods if one.node.child_by_field_name("body") is not None), methods[0])


def modifiers(snippet: Snippet, node: tree_sitter.Node) -> set[str]:
    """Return the words before a declaration: ``public``, ``static``."""
    return {_text(snippet, child) for child in node.named_children if child.type == "modifier"}


def type_name(snippet: Snippet, node: tree_sitter.Node | None) -> str:
    """Return the name of a type as reflection has it: ``Space.Outer+Inner``.

    Raises
    ------
    Untestable
        If it is generic.
    """
    names: list[str] = []
    spaces: list[str] = []
    while node is not None:
        if node.type in {*TYPES, "interface_declaration"}:
            if any(child.type == "type_parameter_list" for child in node.named_children):
                raise Untestable("its class is generic")
            names.insert(0, _text(snippet, node.child_by_field_name("name")))
        elif node.type == "namespace_declaration":
            spaces.insert(0, "".join(_text(snippet, node.child_by_field_name("name")).split()))
        node = node.parent
    return ".".join([*spaces, "+".join(names)])


def _method(snippet: Snippet, types: Types, method: Definition) -> Signature:
    node, name = method.node, method.name
    holder = enclosing_type(node)
    if holder is None or holder.type not in TYPES or node.child_by_field_name("body") is None:
        raise Untestable(f"{name} has no body")
    is_static = "static" in modifiers(snippet, node)
    generic = node.child_by_field_name("type_parameters")
    names = tuple(_text(snippet, one) for one in _named(generic, "type_parameter"))
    own = Types(snippet, types.declared, frozenset(names))
    parameters, required, is_variadic = _parameters(own, node)
    modes = _modes(snippet, node)
    return Signature(
        name,
        name if is_static else f"{_instance(snippet, holder)}.{name}",
        holder,
        tuple(parameters),
        own.read(node.child_by_field_name("returns")),
        required,
        is_variadic,
        names,
        (*modes, *[""] * (len(parameters) - len(modes))),
    )


def _parameters(types: Types, node: tree_sitter.Node) -> tuple[list[CSharpType], int, bool]:
    listed = node.child_by_field_name("parameters")
    children = listed.named_children if listed is not None else []
    found: list[CSharpType] = []
    required = 0
    for one in (child for child in children if child.type == "parameter"):
        found.append(types.read(one.child_by_field_name("type")))
        is_out = "out" in modifiers(types.snippet, one)
        required += not is_out and not any(child.type == "=" for child in one.children)
    is_variadic = listed is not None and any(child.type == "params" for child in listed.children)
    if is_variadic and listed is not None:
        found.append(types.read(listed.child_by_field_name("type")))
    return found, required, is_variadic


def _modes(snippet: Snippet, node: tree_sitter.Node) -> list[str]:
    """Return which parameters are passed by reference, and how."""
    listed = node.child_by_field_name("parameters")
    return [next(iter(modifiers(snippet, one) & {"ref", "out"}), "") for one in _named(listed, "parameter")]


def _instance(snippet: Snippet, holder: tree_sitter.Node) -> str:
    """Return what constructs an object of a class.

    Raises
    ------
    Untestable
        If that takes arguments.
    """
    body = holder.child_by_field_name("body")
    constructors = list(_named(body, "constructor_declaration"))
    lists = [one.child_by_field_name("parameters") for one in constructors]
    if lists and all(one is not None and any(_named(one, "parameter")) for one in lists):
        raise Untestable("its class cannot be constructed without arguments")
    if "abstract" in modifiers(snippet, holder):
        raise Untestable("its class is abstract")
    return f"new {_text(snippet, holder.child_by_field_name('name'))}()"


def _delegate(snippet: Snippet, types: Types, entry_point: str) -> Signature | None:
    """Return the field or property with the entry point's name, if it holds a ``Func``."""
    sought = spelling(entry_point.rpartition(".")[2])
    for member in captured(CSHARP, _MEMBERS, snippet.root).get("m", []):
        declaration = next(_named(member, "variable_declaration"), member)
        kind = declaration.child_by_field_name("type")
        named = next(_named(declaration, "variable_declarator"), declaration).child_by_field_name("name")
        name, holder = _text(snippet, named), enclosing_type(member)
        is_func = kind is not None and kind.type == "generic_name" and _text(snippet, kind).startswith("Func<")
        if spelling(name) != sought or kind is None or not is_func or holder is None or holder.type not in TYPES:
            continue
        *taken, returned = (types.read(child) for child in kind.named_children[-1].named_children)
        is_static = modifiers(snippet, member) & {"static", "const"}
        callee = name if is_static else f"{_instance(snippet, holder)}.{name}"
        return Signature(name, callee, holder, tuple(taken), returned, len(taken), modes=("",) * len(taken))
    return None


def _named(node: tree_sitter.Node | None, kind: str) -> Iterator[tree_sitter.Node]:
    return (child for child in (node.named_children if node is not None else ()) if child.type == kind)


def _text(snippet: Snippet, node: tree_sitter.Node | None) -> str:
    return snippet.bytes_of(node).decode("utf-8", "replace") if node is not None else ""
