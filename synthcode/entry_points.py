"""The functions that a text defines, and which of them others would call."""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import tree_sitter

from synthcode.comments.snippets import Snippet, any_of, captured, parse_snippet
from synthcode.languages import Language
from synthcode.languages.parsing import ParseTimeout

CONSTRUCTORS = frozenset({"constructor_declaration", "compact_constructor_declaration"})
"""Nodes of functions that bear the name of their type."""
_CONSTRUCTOR_NAMES = frozenset({"__init__", "__new__", "__construct", "constructor", "initialize"})
_NAMESPACES = {
    "cpp": frozenset({"namespace_definition"}),
    "rust": frozenset({"mod_item"}),
    "typescript": frozenset({"internal_module"}),
}
"""Owners of functions other than types."""
_WORD = re.compile(r"\w+")
_QUALIFIER = re.compile(r"\.|::|->|#")
_NAME_FIELDS = {
    "variable_declarator": "name",
    "pair": "key",
    "assignment_expression": "left",
    "field_definition": "property",
    "public_field_definition": "name",
}
"""The field with the name of a function that has none of its own: ``const f = () => 1``."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A function or method that a text defines."""

    name: str
    name_node: tree_sitter.Node
    node: tree_sitter.Node
    types: frozenset[str]
    """Its owners: the types and namespaces around it, ``S`` of ``int S::f()``, an object that holds it."""
    is_nested: bool
    """Whether it is defined within another function."""


class _Scope(NamedTuple):
    """A function, type or namespace, while what stands within it is looked at."""

    end: int
    type_name: str | None
    """None for a function."""


def definitions(snippet: Snippet, language: Language) -> list[Definition]:
    """Return the functions of a text that have names, constructors left out, in their order."""
    return definitions_among(captured(language, definition_nodes(language), snippet.root), snippet, language)


@functools.cache
def definition_nodes(language: Language) -> str:
    """Return the query that captures functions as ``@function``, and what may own them as ``@type``."""
    types_and_namespaces = language.types | _NAMESPACES.get(language.name, frozenset())
    return f"{any_of(language.functions, 'function')} {any_of(types_and_namespaces, 'type')}"


def definitions_among(
    found: Mapping[str, list[tree_sitter.Node]], snippet: Snippet, language: Language
) -> list[Definition]:
    """Return what ``definitions`` does, of a text in which the query of ``definition_nodes`` has found its nodes."""
    types = {node.id for node in found.get("type", ())}
    nodes = [*found.get("type", ()), *found.get("function", ())]
    defined: list[Definition] = []
    around: list[_Scope] = []
    for node in sorted(nodes, key=lambda node: (node.start_byte, -node.end_byte)):
        while around and around[-1].end <= node.start_byte:
            around.pop()
        if node.id in types:
            around.append(_Scope(node.end_byte, _type_name(snippet, node)))
            continue
        definition = _definition(snippet, node, language, around)
        if definition is not None:
            defined.append(definition)
        around.append(_Scope(node.end_byte, None))
    return defined


def _definition(
    snippet: Snippet, node: tree_sitter.Node, language: Language, around: list[_Scope]
) -> Definition | None:
    name_node = _name_node(node)
    if name_node is None or name_node.type not in language.identifiers or node.type in CONSTRUCTORS:
        return None
    name = _text(snippet, name_node)
    if not name:  # what the parser put in where it missed one
        return None
    types = {scope.type_name for scope in around if scope.type_name} | {_owner(snippet, node, name_node)} - {""}
    is_constructor = name in _CONSTRUCTOR_NAMES or (language.name == "cpp" and name in types)
    if is_constructor or name_node.type == "private_property_identifier":
        return None
    return Definition(name, name_node, node, frozenset(types), any(scope.type_name is None for scope in around))


def _text(snippet: Snippet, node: tree_sitter.Node | None) -> str:
    return snippet.bytes_of(node).decode("utf-8", "replace") if node is not None else ""


def _owner(snippet: Snippet, node: tree_sitter.Node, name_node: tree_sitter.Node) -> str:
    """Return what a function is a member of by its own words, ``''`` for nothing."""
    parent = name_node.parent
    if parent is None:
        return ""
    if parent.type == "qualified_identifier":  # C++: int S::f()
        return _text(snippet, parent.child_by_field_name("scope"))
    if receiver := node.child_by_field_name("receiver"):  # Go: func (s *S) f()
        words = _WORD.findall(_text(snippet, receiver).split("[")[0])
        return words[-1] if words else ""
    if parent.type in ("pair", "method_definition"):  # JavaScript: const s = { f() {} }
        holder = parent.parent.parent if parent.parent is not None else None
        return _text(snippet, holder.child_by_field_name("name")) if holder is not None else ""
    return ""


def _name_node(node: tree_sitter.Node) -> tree_sitter.Node | None:
    """Return the node that names a function: its own name, or that of what it is assigned to."""
    name = node.child_by_field_name("name")
    if name is not None:
        return name
    declarator = node.child_by_field_name("declarator")
    if declarator is not None:
        return _declared(declarator)
    parent = node.parent
    field = _NAME_FIELDS.get(parent.type) if parent is not None else None
    if parent is None or field is None:
        return None
    name = parent.child_by_field_name(field)
    return name.child_by_field_name("property") if name is not None and name.type == "member_expression" else name


def _declared(declarator: tree_sitter.Node) -> tree_sitter.Node | None:
    """Return the name within a declarator of C or C++: ``f`` of ``*S::f(int)``."""
    node: tree_sitter.Node | None = declarator
    while node is not None:
        inner = node.child_by_field_name("declarator")
        if inner is None and node.type == "qualified_identifier":
            inner = node.child_by_field_name("name")
        if inner is None and node.type in ("reference_declarator", "parenthesized_declarator"):
            inner = node.named_children[-1] if node.named_children else None
        if inner is None:
            return node
        node = inner
    return None


def _type_name(snippet: Snippet, node: tree_sitter.Node) -> str:
    """Return the name of a type where it is defined, ``''`` for one that has none or was wrapped around the text."""
    name = node.child_by_field_name("name") or node.child_by_field_name("type")
    if name is None and node.type == "type_declaration":
        name = next((child.child_by_field_name("name") for child in node.named_children), None)
    return _text(snippet, name)


def spelling(name: str) -> str:
    """Return a name as all conventions would write it alike: ``remove_Occ``, ``removeOcc`` and ``RemoveOcc``."""
    return name.replace("_", "").rstrip("?!").lower()


def find_entry_point(code: str, language: Language, entry_point: str | None) -> str | None:
    """Find the function that callers of a text would call.

    The first of these that exists: the function whose name is ``entry_point`` in any naming convention; the only
    function; the last of those that no other function calls, except ``main``. Constructors do not count, nor does
    ``main`` if there are others, nor nested functions if there are others. If no function is found, as in a program
    that is cut off, it is any other name that equals ``entry_point``.

    Parameters
    ----------
    code
        A program or a part of one.
    language
        Its language.
    entry_point
        The function's name in the program that this one comes from, or None.

    Returns
    -------
    str or None
        The name as it is in ``code``; None if nothing is defined, or the text cannot be parsed in time.
    """
    try:
        snippet = parse_snippet(code, language)
    except ParseTimeout:
        return None
    return choose_entry_point(snippet, language, definitions(snippet, language), entry_point)


def choose_entry_point(
    snippet: Snippet, language: Language, defined: list[Definition], entry_point: str | None
) -> str | None:
    """Choose among the definitions of a text as ``find_entry_point`` says."""
    entry_name = _QUALIFIER.split(entry_point)[-1] if entry_point else ""
    alike = [one for one in defined if entry_name and spelling(one.name) == spelling(entry_name)]
    if alike:
        return max(alike, key=lambda one: (one.name == entry_name, not one.is_nested, one.node.start_byte)).name
    public = [one for one in defined if spelling(one.name) != "main"]
    if not public:
        return _mentioned(snippet, language, entry_name) or (defined[-1].name if defined else None)
    public = [one for one in public if not one.is_nested] or public
    called = _called(snippet, language, defined) if len(public) > 1 else set()
    return max(public, key=lambda one: (one.name not in called, one.node.start_byte)).name


def _mentioned(snippet: Snippet, language: Language, entry_name: str) -> str | None:
    """Return the first name that is the wanted one in any convention: a lambda, or a definition that is cut off."""
    nodes = captured(language, any_of(language.identifiers, "name"), snippet.root).get("name", []) if entry_name else []
    names = (_text(snippet, node) for node in sorted(nodes, key=lambda node: node.start_byte))
    return next((name for name in names if spelling(name) == spelling(entry_name)), None)


def _called(snippet: Snippet, language: Language, defined: list[Definition]) -> set[str]:
    """Return the names that functions other than their own and ``main`` mention."""
    names = {one.name for one in defined}
    outer = [one for one in defined if not one.is_nested]
    starts = [one.node.start_byte for one in outer]
    called = set()
    for node in captured(language, any_of(language.identifiers, "name"), snippet.root).get("name", ()):
        place = bisect_right(starts, node.start_byte) - 1
        if place < 0 or node.start_byte >= outer[place].node.end_byte or spelling(outer[place].name) == "main":
            continue
        name = _text(snippet, node)
        if name in names and name != outer[place].name:
            called.add(name)
    return called
