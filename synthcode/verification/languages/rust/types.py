"""Rust's types, as a translation writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import tree_sitter

from synthcode.comments.snippets import Snippet

Kind = Literal[
    "integer",
    "float",
    "bool",
    "char",
    "str",
    "String",
    "reference",
    "slice",
    "array",
    "list",
    "set",
    "map",
    "option",
    "result",
    "wrapper",
    "tuple",
    "struct",
    "parameter",
    "iterator",
    "other",
]
INTEGERS: Mapping[str, tuple[int, int]] = {
    **{f"i{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64, 128)},
    **{f"u{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64, 128)},
    "isize": (-(2**63), 2**63 - 1),
    "usize": (0, 2**64 - 1),
}
"""Name -> smallest and largest value."""
_SIMPLE: Mapping[str, Kind] = {
    **dict.fromkeys(INTEGERS, "integer"),
    **dict.fromkeys(("f32", "f64"), "float"),
    "bool": "bool",
    "char": "char",
    "str": "str",
    "String": "String",
}
_COLLECTIONS = "::std::collections::"
_GENERIC: Mapping[str, tuple[Kind, str]] = {
    "Vec": ("list", "::std::vec::Vec"),
    **{name: ("list", _COLLECTIONS + name) for name in ("VecDeque", "LinkedList", "BinaryHeap")},
    **{name: ("set", _COLLECTIONS + name) for name in ("HashSet", "BTreeSet")},
    **{name: ("map", _COLLECTIONS + name) for name in ("HashMap", "BTreeMap")},
    "Option": ("option", "::std::option::Option"),
    "Result": ("result", "Result"),
    "Box": ("wrapper", "::std::boxed::Box"),
    "Rc": ("wrapper", "::std::rc::Rc"),
    "Arc": ("wrapper", "::std::sync::Arc"),
    "RefCell": ("wrapper", "::std::cell::RefCell"),
    "Cow": ("wrapper", "::std::borrow::Cow"),
}
"""Name -> kind and path."""
_CALLABLE = re.compile(r"\bFn(?:Mut|Once)?\b")
_ITERATOR = re.compile(r"^(?:\w+::)*(IntoIterator|\w*Iterator)$")
_DEEPEST = 12


@dataclass(frozen=True)
class RustType:
    """A type."""

    kind: Kind
    text: str
    """How our own code writes it: without lifetimes."""
    parts: tuple[RustType, ...] = ()
    """Of what it is generic: elements, keys and values, fields."""
    path: str = ""
    """Of a collection, a wrapper or a struct: its name."""
    fields: tuple[str, ...] = ()
    """Names of the fields of a struct; empty for one without names."""
    is_mutable: bool = False
    """Of a reference."""
    length: int | None = None
    """Of an array, if it is a number."""


@dataclass(frozen=True)
class Types:
    """Reads the types of one program."""

    snippet: Snippet
    aliases: Mapping[str, tree_sitter.Node]
    """Name -> type."""
    structs: Mapping[str, tree_sitter.Node]
    """Name -> the item that declares it."""
    bounds: Mapping[str, tuple[tree_sitter.Node, ...]] = field(default_factory=dict)
    """Name of a type parameter -> its traits."""

    def read(self, node: tree_sitter.Node | None, depth: int = 0) -> RustType:
        """Return the type that a node of the tree stands for."""
        if node is None or depth > _DEEPEST:
            return RustType("other", self.text(node))
        if node.type in ("primitive_type", "type_identifier"):
            return self._named(self.text(node), depth)
        if node.type == "scoped_type_identifier":
            return self._named(self.text(node.child_by_field_name("name")), depth)
        if node.type == "generic_type":
            return self._generic(node, depth)
        if node.type == "reference_type":
            inner = self.read(node.child_by_field_name("type"), depth + 1)
            is_mutable = any(child.type == "mutable_specifier" for child in node.named_children)
            mark = "&mut " if is_mutable else "&"
            return RustType("reference", f"{mark}{inner.text}", (inner,), is_mutable=is_mutable)
        if node.type == "array_type":
            return self._array(node, depth)
        if node.type in ("tuple_type", "unit_type"):
            parts = tuple(self.read(child, depth + 1) for child in node.named_children)
            return RustType("tuple", f"({''.join(f'{part.text}, ' for part in parts)})", parts)
        if node.type == "abstract_type":
            trait = node.child_by_field_name("trait")
            return self._bounded(f"impl{node.start_byte}", (trait,) if trait is not None else (), depth)
        if node.type == "bounded_type":  # ``impl A + 'static``
            inner_nodes = [child for child in node.named_children if child.type != "lifetime"]
            return self.read(inner_nodes[0] if inner_nodes else None, depth + 1)
        return RustType("other", self.text(node))

    def text(self, node: tree_sitter.Node | None) -> str:
        """Return the source of a node."""
        return self.snippet.bytes_of(node).decode("utf-8", "replace") if node is not None else ""

    def _named(self, name: str, depth: int) -> RustType:
        if name in self.bounds:
            return self._bounded(name, self.bounds[name], depth)
        if name in self.aliases:
            return self.read(self.aliases[name], depth + 1)
        if name in self.structs:
            return self._struct(name, self.structs[name], depth)
        kind = _SIMPLE.get(name, "other")
        return RustType(kind, "::std::string::String" if kind == "String" else name)

    def _generic(self, node: tree_sitter.Node, depth: int) -> RustType:
        name = self.text(node.child_by_field_name("type")).rpartition("::")[2]
        listed = node.child_by_field_name("type_arguments")
        nodes = [child for child in listed.named_children if child.type != "lifetime"] if listed is not None else []
        parts = tuple(self.read(child, depth + 1) for child in nodes)
        kind, path = _GENERIC.get(name, ("other", name))
        if name in self.aliases or name in self.structs or not parts or (kind == "map" and len(parts) < 2):
            return RustType("other", self.text(node))
        if name == "Cow":
            return RustType(kind, f"{path}<'static, {parts[0].text}>", parts, path)
        return RustType(kind, f"{path}<{', '.join(part.text for part in parts)}>", parts, path)

    def _array(self, node: tree_sitter.Node, depth: int) -> RustType:
        element = self.read(node.child_by_field_name("element"), depth + 1)
        length = node.child_by_field_name("length")
        if length is None:
            return RustType("slice", f"[{element.text}]", (element,))
        text = self.text(length)
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else None
        return RustType(
            "array", f"[{element.text}; {number if number is not None else '_'}]", (element,), length=number
        )

    def _struct(self, name: str, item: tree_sitter.Node, depth: int) -> RustType:
        body = item.child_by_field_name("body")
        if item.child_by_field_name("type_parameters") is not None or body is None:
            return RustType("other", name)
        if body.type == "ordered_field_declaration_list":
            types = body.children_by_field_name("type")
            return RustType("struct", name, tuple(self.read(one, depth + 1) for one in types), name)
        declared = [child for child in body.named_children if child.type == "field_declaration"]
        names = tuple(self.text(one.child_by_field_name("name")) for one in declared)
        parts = tuple(self.read(one.child_by_field_name("type"), depth + 1) for one in declared)
        return RustType("struct", name, parts, name, names)

    def _bounded(self, name: str, traits: tuple[tree_sitter.Node, ...], depth: int) -> RustType:
        """Return what stands for any type of certain traits."""
        for trait in traits:
            base = trait.child_by_field_name("type") if trait.type == "generic_type" else trait
            text = self.text(base)
            if trait.type == "function_type" or _CALLABLE.search(text):
                return RustType("other", self.text(trait))
            listed = trait.child_by_field_name("type_arguments") if trait.type == "generic_type" else None
            if listed is None or not listed.named_children:
                continue
            first = listed.named_children[0]
            if _ITERATOR.match(text) and first.type == "type_binding":
                item = self.read(first.child_by_field_name("type"), depth + 1)
                return RustType("iterator", f"::std::vec::Vec<{item.text}>", (item,), text.rpartition("::")[2])
            if text in ("AsRef", "Borrow") and first.type == "array_type":
                element = self.read(first.child_by_field_name("element"), depth + 1)
                return RustType("list", f"::std::vec::Vec<{element.text}>", (element,), "::std::vec::Vec")
            if text in ("AsRef", "Borrow", "Into") and self.text(first) in ("str", "String", "Path"):
                return RustType("reference", "&str", (RustType("str", "str"),))
        wide = any("f64" in self.text(trait) for trait in traits)
        return RustType("parameter", name, path="f64" if wide else "")
