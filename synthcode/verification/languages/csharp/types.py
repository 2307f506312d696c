"""C#'s types, as a translation writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import tree_sitter

from synthcode.comments.snippets import Snippet
from synthcode.verification.languages.csharp.objects import arguments_of, members_of

Kind = Literal[
    "integer",
    "float",
    "bool",
    "char",
    "string",
    "object",
    "nullable",
    "array",
    "sequence",
    "set",
    "map",
    "tuple",
    "record",
    "parameter",
    "void",
    "other",
]
INTEGERS: Mapping[str, tuple[int, int]] = {
    "sbyte": (-(2**7), 2**7 - 1),
    "byte": (0, 2**8 - 1),
    "short": (-(2**15), 2**15 - 1),
    "ushort": (0, 2**16 - 1),
    "int": (-(2**31), 2**31 - 1),
    "uint": (0, 2**32 - 1),
    "long": (-(2**63), 2**63 - 1),
    "ulong": (0, 2**64 - 1),
}
"""Name -> smallest and largest value."""
BIG = "global::System.Numerics.BigInteger"
_GENERIC = "global::System.Collections.Generic."
_SAME = {
    **dict.fromkeys(("SByte", "Byte", "Decimal", "Double", "Boolean", "Char", "String", "Object"), ""),
    **{"Int16": "short", "UInt16": "ushort", "Int32": "int", "UInt32": "uint", "Int64": "long", "UInt64": "ulong"},
    "Single": "float",
    "dynamic": "object",
}
_SIMPLE: Mapping[str, Kind] = {
    **dict.fromkeys(INTEGERS, "integer"),
    **dict.fromkeys(("float", "double", "decimal"), "float"),
    "bool": "bool",
    "char": "char",
    "string": "string",
    "object": "object",
    "void": "void",
}
_LISTS = frozenset({"List", "IList", "ICollection", "IEnumerable", "IReadOnlyList", "IReadOnlyCollection"})
_SETS = {"HashSet": "HashSet", "ISet": "HashSet", "SortedSet": "SortedSet"}
_MAPS = {
    **dict.fromkeys(("Dictionary", "IDictionary", "IReadOnlyDictionary"), "Dictionary"),
    **{"SortedDictionary": "SortedDictionary", "SortedList": "SortedList"},
}
_OTHER_LISTS = {
    **dict.fromkeys(("LinkedList", "Queue", "Stack"), _GENERIC),
    **dict.fromkeys(("Collection", "ObservableCollection"), "global::System.Collections.ObjectModel."),
}
_UNTYPED = frozenset({"IEnumerable", "IList", "ICollection", "ArrayList"})
_DEEPEST = 12
_LONGEST_TUPLE = 7


@dataclass(frozen=True)
class CSharpType:
    """A type."""

    kind: Kind
    text: str
    """How C# writes it, wherever it stands."""
    parts: tuple[CSharpType, ...] = ()
    """The element's type; of a map, those of key and value; of a tuple, those of its items."""
    rank: int = 1
    """Of an array."""
    made: str = ""
    """What is constructed, if it is another type than ``text``: ``List<int>`` for ``IEnumerable<int>``."""
    fields: tuple[str, ...] = ()
    """Of a class of the program's own: what its objects are made of, by name."""
    is_filled: bool = False
    """Whether these are members that are set, not arguments of a constructor."""

    @property
    def is_value(self) -> bool:
        """Whether it has no null."""
        return self.kind in ("integer", "float", "bool", "char") or self.text.startswith(VALUE_TUPLE)


VALUE_TUPLE = "global::System.ValueTuple<"
OBJECT = CSharpType("object", "object")


@dataclass(frozen=True)
class Types:
    """Reads the types of one program."""

    snippet: Snippet
    declared: Mapping[str, tree_sitter.Node] = field(default_factory=dict)
    """Types that the program declares, by name."""
    parameters: frozenset[str] = field(default=frozenset())
    """Names of type parameters."""

    def read(self, node: tree_sitter.Node | None, depth: int = 0) -> CSharpType:
        """Return the type that a node of the tree stands for."""
        if node is None or depth > _DEEPEST:
            return CSharpType("other", self.text(node))
        if node.type == "predefined_type":
            return simple(self.text(node))
        if node.type == "identifier":
            return self._named(self.text(node), depth)
        if node.type in ("qualified_name", "alias_qualified_name"):
            return self.read(node.child_by_field_name("name"), depth + 1)
        if node.type == "nullable_type":
            return nullable(self.read(node.child_by_field_name("type"), depth + 1))
        if node.type == "array_type":
            return self._array(node, depth)
        if node.type == "tuple_type":
            items = [child for child in node.named_children if child.type == "tuple_element"]
            return tuple_of([self.read(item.child_by_field_name("type"), depth + 1) for item in items])
        if node.type == "generic_name":
            name, arguments = node.named_children[0], node.named_children[-1]
            parts = tuple(self.read(child, depth + 1) for child in arguments.named_children if child.type != "comment")
            return self._generic(self.text(name), parts)
        return CSharpType("other", self.text(node))

    def _named(self, name: str, depth: int) -> CSharpType:
        if name in self.parameters:
            return CSharpType("parameter", name)
        if name in self.declared:
            return self._record(name, depth)
        if name == "BigInteger":
            return CSharpType("integer", BIG)
        if name in _UNTYPED:
            text = f"global::System.Collections.{name}"
            return CSharpType("sequence", text, (OBJECT,), made=text if name == "ArrayList" else _list_of(OBJECT))
        return simple(_SAME.get(name, name) or name.lower())

    def _record(self, name: str, depth: int) -> CSharpType:
        """Return a class or structure with what its objects are made of; of another kind if that is not known."""
        made_of = list(arguments_of(self.declared[name]))
        members = [] if made_of else list(members_of(self.declared[name]))
        parts = tuple(self.read(kind, depth + 1) for _, kind in made_of or members)
        names = tuple(self.text(one) for one, _ in made_of or members)
        return CSharpType("record" if names else "other", name, parts, fields=names, is_filled=not made_of)

    def _array(self, node: tree_sitter.Node, depth: int) -> CSharpType:
        """Read an array: ``int[][,]`` is an array of ``int[,]``."""
        ranks: list[str] = []
        inner: tree_sitter.Node | None = node
        while inner is not None and inner.type == "array_type":
            ranks.insert(0, self.text(inner.child_by_field_name("rank")))
            inner = inner.child_by_field_name("type")
        element = self.read(inner, depth + 1)
        for rank in reversed(ranks):
            element = array_of(element, rank.count(",") + 1)
        return element

    def _generic(self, name: str, parts: tuple[CSharpType, ...]) -> CSharpType:
        if name in self.declared:
            return CSharpType("other", name)
        written = ", ".join(part.text for part in parts)
        if name == "Nullable" and len(parts) == 1:
            return nullable(parts[0])
        if name in _LISTS and len(parts) == 1:
            return CSharpType("sequence", f"{_GENERIC}{name}<{written}>", parts, made=_list_of(parts[0]))
        if name in _OTHER_LISTS and len(parts) == 1:
            return CSharpType("sequence", f"{_OTHER_LISTS[name]}{name}<{written}>", parts)
        if name in _SETS and len(parts) == 1:
            made = f"{_GENERIC}{_SETS[name]}<{written}>"
            return CSharpType("set", f"{_GENERIC}{name}<{written}>", parts, made=made)
        if name in _MAPS and len(parts) == 2:
            made = f"{_GENERIC}{_MAPS[name]}<{written}>"
            return CSharpType("map", f"{_GENERIC}{name}<{written}>", parts, made=made)
        if name == "KeyValuePair" and len(parts) == 2:
            return CSharpType("tuple", f"{_GENERIC}KeyValuePair<{written}>", parts)
        if name == "Tuple" and len(parts) <= _LONGEST_TUPLE:
            return CSharpType("tuple", f"global::System.Tuple<{written}>", parts)
        if name == "ValueTuple":
            return tuple_of(list(parts))
        if name in ("Task", "ValueTask") and len(parts) == 1:
            return parts[0]
        return CSharpType("other", f"{name}<{written}>")

    def text(self, node: tree_sitter.Node | None) -> str:
        """Return the source of a node."""
        return self.snippet.bytes_of(node).decode("utf-8", "replace") if node is not None else ""


def simple(name: str) -> CSharpType:
    """Return a type that C# has a word for."""
    return CSharpType(_SIMPLE.get(name, "other"), name)


def nullable(inner: CSharpType) -> CSharpType:
    """Return a type with null: a reference has it anyway."""
    if not inner.is_value and inner.text != BIG:
        return inner
    return CSharpType("nullable", f"{inner.text}?", (inner,))


def array_of(element: CSharpType, rank: int = 1) -> CSharpType:
    """Return the type of arrays."""
    base, opening, ranks = element.text, "", ""
    if element.kind == "array":  # the outer rank is written first
        base, opening, ranks = element.text.partition("[")
    return CSharpType("array", f"{base}[{',' * (rank - 1)}]{opening}{ranks}", (element,), rank)


def tuple_of(parts: list[CSharpType]) -> CSharpType:
    """Return the type ``(a, b)``."""
    text = f"{VALUE_TUPLE}{', '.join(part.text for part in parts)}>"
    return CSharpType("tuple" if len(parts) <= _LONGEST_TUPLE else "other", text, tuple(parts))


def list_of(element: CSharpType) -> CSharpType:
    """Return the type of lists."""
    return CSharpType("sequence", _list_of(element), (element,))


def map_of(key: CSharpType, value: CSharpType) -> CSharpType:
    """Return the type of dictionaries."""
    return CSharpType("map", f"{_GENERIC}Dictionary<{key.text}, {value.text}>", (key, value))


def set_of(element: CSharpType) -> CSharpType:
    """Return the type of sets."""
    return CSharpType("set", f"{_GENERIC}HashSet<{element.text}>", (element,))


def _list_of(element: CSharpType) -> str:
    return f"{_GENERIC}List<{element.text}>"
