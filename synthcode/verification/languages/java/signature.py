"""Methods of a Java program, as it declares them."""

from __future__ import annotations

from dataclasses import dataclass

import tree_sitter

from synthcode.languages import get_language
from synthcode.verification.languages.java.source import Source
from synthcode.verification.languages.jvm.trees import around, name_of, nodes, text_of
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
    """Return the methods of a name that belong to classes and have a body, in their order."""
    found = (node for node in nodes(source.root) if node.type == "method_declaration")
    named = (node for node in found if name_of(node) == name)
    methods = (_method(node, name) for node in named if node.child_by_field_name("body") is not None)
    return [method for method in methods if method.owner]


def why_not_made(method: Method) -> str | None:
    """Return why no object can be made that has a method, or None: a static method needs none."""
    owner = next((one for one in around(method.node) if one.type in _JAVA.types), None)
    if method.is_static or owner is None:
        return None
    if owner.type != "class_declaration" or "abstract" in words_before(owner):
        return f"{name_of(owner)} has no objects that a test could make"
    body = owner.child_by_field_name("body")
    made = [one for one in (body.named_children if body is not None else ()) if one.type == "constructor_declaration"]
    if made and all(_signature(one).types for one in made):
        return f"{name_of(owner)} is made from arguments"
    return None


def words_before(node: tree_sitter.Node) -> frozenset[str]:
    """Return the modifiers of a declaration."""
    listed = next((child for child in node.children if child.type == "modifiers"), None)
    return frozenset(child.type for child in listed.children) if listed is not None else frozenset()


def _method(node: tree_sitter.Node, name: str) -> Method:
    owners = [name_of(one) for one in around(node) if one.type in _JAVA.types]
    return Method(node, name, ".".join(reversed(owners)), words_before(node), _signature(node))


def _signature(node: tree_sitter.Node) -> Signature:
    variables = {
        text_of(one).split()[0]
        for owner in (node, *around(node))
        for listed in (owner.child_by_field_name("type_parameters"),)
        for one in (listed.named_children if listed is not None else ())
    }
    listed = node.child_by_field_name("parameters")
    parameters = [one for one in (listed.named_children if listed is not None else ()) if one.type in _PARAMETERS]
    types = tuple(_type(one, variables) for one in parameters)
    written = node.child_by_field_name("type")
    returned = read_type(text_of(written), knows_null=False) if written is not None else None
    return Signature(types, bool(parameters) and parameters[-1].type == "spread_parameter", returned=returned)


def _type(parameter: tree_sitter.Node, variables: set[str]) -> JvmType:
    if parameter.type == "spread_parameter":
        return UNKNOWN
    dimensions = text_of(parameter.child_by_field_name("dimensions"))
    written = text_of(parameter.child_by_field_name("type"))
    found = read_type(written + dimensions, knows_null=False)
    return UNKNOWN if found.name in variables else found
