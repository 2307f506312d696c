"""Go's types, as a translation writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import tree_sitter

from synthcode.comments.snippets import Snippet

Kind = Literal[
    "integer",
    "float",
    "string",
    "bool",
    "any",
    "error",
    "slice",
    "array",
    "map",
    "pointer",
    "struct",
    "parameter",
    "other",
]
INTEGERS: Mapping[str, tuple[int, int]] = {
    **{f"int{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64)},
    "int": (-(2**63), 2**63 - 1),
    "uint": (0, 2**64 - 1),
    "uintptr": (0, 2**64 - 1),
    "byte": (0, 255),
    "rune": (-(2**31), 2**31 - 1),
}
"""Name -> smallest and largest value."""
_SIMPLE: Mapping[str, Kind] = {
    **dict.fromkeys(INTEGERS, "integer"),
    **dict.fromkeys(("float32", "float64"), "float"),
    "string": "string",
    "bool": "bool",
    "any": "any",
    "error": "error",
}
_DEEPEST = 12


@dataclass(frozen=True)
class GoType:
    """A type."""

    kind: Kind
    text: str
    """How Go writes it."""
    parts: tuple[GoType, ...] = ()
    """The element's type; of a map, those of key and value; of a struct, those of its fields."""
    length: int | None = None
    """Of an array, if it is a number."""
    base: str = ""
    """Of an integer, the name of the built-in type."""
    fields: tuple[str, ...] = ()
    """Names of the fields of a struct."""


@dataclass(frozen=True)
class Types:
    """Reads the types of one program."""

    snippet: Snippet
    declared: Mapping[str, tree_sitter.Node]
    """Name -> type, of the types that the program declares."""
    parameters: frozenset[str] = field(default=frozenset())
    """Names of type parameters."""

    def read(self, node: tree_sitter.Node | None, depth: int = 0) -> GoType:
        """Return the type that a node of the tree stands for."""
        if node is None or depth > _DEEPEST:
            return GoType("other", self.text(node))
        text = self.text(node)
        if node.type == "type_identifier":
            return self._named(text, depth)
        if node.type in ("slice_type", "array_type"):
            element = self.read(node.child_by_field_name("element"), depth + 1)
            return GoType("slice" if node.type == "slice_type" else "array", text, (element,), self._length(node))
        if node.type == "map_type":
            fields = (node.child_by_field_name(name) for name in ("key", "value"))
            return GoType("map", text, tuple(self.read(one, depth + 1) for one in fields))
        if node.type == "pointer_type":
            return GoType("pointer", text, (self.read(node.named_children[0], depth + 1),))
        if node.type == "parenthesized_type":
            return self.read(node.named_children[0], depth + 1)
        if node.type == "interface_type":
            return GoType("other" if node.named_children else "any", text)
        if node.type == "struct_type":
            return self._struct(node, text, depth)
        return GoType("other", text)

    def _named(self, name: str, depth: int) -> GoType:
        if name in self.parameters:
            return GoType("parameter", name)
        if name in self.declared:
            under = self.read(self.declared[name], depth + 1)
            return GoType(under.kind, name, under.parts, under.length, under.base, under.fields)
        return GoType(_SIMPLE.get(name, "other"), name, base=name if name in INTEGERS else "")

    def _struct(self, node: tree_sitter.Node, text: str, depth: int) -> GoType:
        parts: list[GoType] = []
        fields: list[str] = []
        for group in (child for child in node.named_children if child.type == "field_declaration_list"):
            for one in (child for child in group.named_children if child.type == "field_declaration"):
                names = one.children_by_field_name("name")
                kind = one.child_by_field_name("type")
                parts += [self.read(kind, depth + 1)] * max(1, len(names))
                fields += [self.text(name) for name in names] or [self.text(kind)]
        return GoType("struct", text, tuple(parts), fields=tuple(fields))

    def _length(self, node: tree_sitter.Node) -> int | None:
        text = self.text(node.child_by_field_name("length"))
        return int(text) if text.isdecimal() and text.isascii() and len(text) < 9 else None

    def text(self, node: tree_sitter.Node | None) -> str:
        """Return the source of a node."""
        return self.snippet.bytes_of(node).decode("utf-8", "replace") if node is not None else ""
