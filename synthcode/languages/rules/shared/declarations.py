"""Conditions of refusals: names that are declared twice in one place, and labels that are not declared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import tree_sitter

TWICE = "it is declared twice"

Names = Callable[[tree_sitter.Node], Iterator[bytes]]
"""The names that a declaration declares, each with what tells two of one name apart."""


@dataclass(frozen=True, slots=True)
class Twice:
    """A condition of a refusal: whether two of a node's children declare the same.

    Attributes
    ----------
    names
        By the type of a child, what yields its names; other children declare nothing.
    """

    names: Mapping[str, Names]

    def __call__(self, node: tree_sitter.Node) -> bool:
        """Return whether a node is to be refused."""
        if node.named_child_count < 2:
            return False
        seen: set[bytes] = set()
        overloads: dict[bytes, list[tree_sitter.Node]] = {}
        for child in node.named_children:
            kind = child.type
            names = self.names.get(kind)
            if names is None:
                if kind.startswith("preproc"):
                    return False  # one of two branches is compiled
                continue
            for name in names(child):
                if isinstance(names, Signature):
                    overloads.setdefault(name, []).append(child)
                elif name in seen:
                    return True
                seen.add(name)
        return any(len(same) > 1 and self._have_one_signature(same) for same in overloads.values())

    def _have_one_signature(self, functions: list[tree_sitter.Node]) -> bool:
        """Return whether two functions of one name have the same signature; most names are there once."""
        seen: set[bytes] = set()
        for function in functions:
            names = self.names[function.type]
            written = names.written(function) if isinstance(names, Signature) else None
            if written is not None and written in seen:
                return True
            seen.add(written or b"")
        return False


def fields(*path: str) -> Names:
    """Return what yields the text of the nodes that fields lead to, one after another; all nodes of a field count."""

    def names(node: tree_sitter.Node) -> Iterator[bytes]:
        nodes = [node]
        for field in path:
            nodes = [inner for outer in nodes for inner in outer.children_by_field_name(field)]
        return (text for one in nodes if (text := one.text) and text != b"_")

    return names


def children(*path: str) -> Names:
    """Return what yields the text of the node that types of children lead to: of a type, the first child counts."""

    def names(node: tree_sitter.Node) -> Iterator[bytes]:
        found: tree_sitter.Node | None = node
        for kind in path:
            inner = found.named_children if found is not None else []
            found = next((child for child in inner if child.type == kind), None)
        if found is not None and found.text and found.text != b"_":
            yield found.text

    return names


@dataclass(frozen=True, slots=True)
class Signature:
    """Yields a function's name; two functions of one name may have different parameters.

    Attributes
    ----------
    parameters
        The type of the node of its parameters.
    exempt
        Matches in the modifiers of a function that may be there twice.
    """

    parameters: str
    exempt: re.Pattern[bytes] | None = None

    def __call__(self, node: tree_sitter.Node) -> Iterator[bytes]:
        """Yield the name, and what no name of anything else ends with."""
        named = node.child_by_field_name("name")
        if named is not None and named.text and named.text != b"_":
            yield named.text + b"("

    def written(self, node: tree_sitter.Node) -> bytes | None:
        """Return all that precedes a function's body but its modifiers and the names of its parameters.

        None for one that may be there twice.
        """
        named = node.child_by_field_name("name")
        given = next((child for child in node.named_children if child.type == self.parameters), None)
        if named is None or given is None:
            return None
        head = (node.text or b"")[: named.start_byte - node.start_byte]
        if self.exempt is not None and self.exempt.search(head):
            return None
        around = [child.text or b"" for child in node.named_children if child.type in _PARTS]
        kinds = [_kind(child) for child in given.named_children if "comment" not in child.type]
        return b" ".join([named.text or b"", b"(", *kinds, b")", *around])


_PARTS = frozenset(
    {"explicit_interface_specifier", "type_parameters", "type_parameter_list"}
    | {"function_type", "non_nullable_type", "nullable_type", "parenthesized_type", "user_type"}
)
"""Children of a function that tell it apart: an interface, parameters of its type, the type that it extends."""


def _kind(parameter: tree_sitter.Node) -> bytes:
    """Return the text of a parameter without its name."""
    name = parameter.child_by_field_name("name") or next(
        (child for child in parameter.named_children if child.type in ("identifier", "variable_declarator")), None
    )
    text = parameter.text or b""
    if name is None:
        return text
    start, end = name.start_byte - parameter.start_byte, name.end_byte - parameter.start_byte
    return b"".join((text[:start] + text[end:]).split())


LABEL = re.compile(rb"(?<!\w)(\w++)\s*+:(?![:=])")
"""Matches a label where it is defined, and other names before a colon."""


def without_label(functions: frozenset[str]) -> Callable[[tree_sitter.Node], bool]:
    """Refuse a label that its function does not define.

    Parameters
    ----------
    functions
        Types of the nodes of functions.
    """

    def refuse(label: tree_sitter.Node) -> bool:
        node = label.parent
        while node is not None and node.parent is not None and node.type not in functions:
            node = node.parent
        text = (node.text or b"") if node is not None else b""
        return all(found[1] != label.text for found in LABEL.finditer(text))

    return refuse
