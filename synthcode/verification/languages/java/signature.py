"""Methods of a Java program, as it declares them."""

from __future__ import annotations

from dataclasses import dataclass

import tree_sitter

from synthcode.languages import get_language
from synthcode.verification.languages.java.source import Source, nodes, text_of
from synthcode.verification.languages.jvm.types import UNKNOWN, JvmType, Signature, read_type

_JAVA = get_language("java")
_PARAMETERS = frozenset({"formal_parameter", "spread_parameter"})


@dataclass(frozen=True)
class Method:
    """A method with a body."""

    node: tree_sitter.Node
    name: str
    owner: str
    """Its class, with those around it: ``Outer.Inner``."""
    modifiers: frozenset[str]
    signature: Signature

    @property
    def is_static(self) -> bool:
        """Whether it needs no object."""
        return "static" in self.modifiers


def methods_named(source: Source, name: str) -> list[Method]:
    """Return the methods of a name that belong to classes, in their order."""
    found = (node for node in nodes(source.root) if node.type == "method_declaration")
    named = (node for node in found if text_of(node.child_by_field_name("name")) == name)
    methods = (_method(node, name) for node in named if node.child_by_field_name("body") is not None)
    return [method for method in methods if method.owner]


def words_before(node: tree_sitter.Node) -> frozenset[str]:
    """Return the modifiers of a declaration."""
    listed = next((child for child in node.children if child.type == "modifiers"), None)
    return frozenset(child.type for child in listed.children) if listed is not None else frozenset()


def _method(node: tree_sitter.Node, name: str) -> Method:
    owners = []
    parent = node.parent
    while parent is not None:
        if parent.type in _JAVA.types:
            owners.append(text_of(parent.child_by_field_name("name")))
        parent = parent.parent
    return Method(node, name, ".".join(reversed(owners)), words_before(node), _signature(node))


def _signature(node: tree_sitter.Node) -> Signature:
    variables = {
        text_of(one).split()[0]
        for owner in _around(node)
        for listed in (owner.child_by_field_name("type_parameters"),)
        for one in (listed.named_children if listed is not None else ())
    }
    listed = node.child_by_field_name("parameters")
    parameters = [one for one in (listed.named_children if listed is not None else ()) if one.type in _PARAMETERS]
    types = tuple(_type(one, variables) for one in parameters)
    return Signature(types, bool(parameters) and parameters[-1].type == "spread_parameter")


def _around(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    found = [node]
    while (parent := found[-1].parent) is not None:
        found.append(parent)
    return found


def _type(parameter: tree_sitter.Node, variables: set[str]) -> JvmType:
    if parameter.type == "spread_parameter":
        return UNKNOWN
    dimensions = text_of(parameter.child_by_field_name("dimensions"))
    written = text_of(parameter.child_by_field_name("type"))
    found = read_type(written + dimensions, knows_null=False)
    return UNKNOWN if found.name in variables else found
