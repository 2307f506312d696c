"""The function that a harness calls: its parameters and its way to it, read from the program by tree-sitter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import tree_sitter

from synthcode.comments.snippets import Snippet, parse_snippet
from synthcode.entry_points import Definition, definitions, find_entry_point
from synthcode.languages import get_language
from synthcode.languages.parsing import ParseTimeout
from synthcode.verification.cases.case import Untestable
from synthcode.verification.languages.c_family.declarations import Parameter, parameters_of, text_of, walk

_DEFINE = re.compile(r"(?m)^[ \t]*#[ \t]*define[ \t]+(\w+)(\([^)\n]*\))?[ \t]*(.*)$")
_CLASSES = frozenset({"class_specifier", "struct_specifier"})
_STARTS_PROGRAMS = re.compile(
    r"preinit_array|init_array|\bifunc\b|\b__libc_start_main\b|\b_start\b|\b(?:__)?asm(?:__)?\b|\.incbin"
)


@dataclass(frozen=True)
class Function:
    """A function of a program."""

    name: str
    path: str
    """The expression that names it: ``::shapes::area`` or ``Solution().area``."""
    parameters: tuple[Parameter, ...]
    returns: str
    """The type as written, with the pointers; empty if it is not known."""
    templates: frozenset[str] = frozenset()
    """The names of type parameters."""


@dataclass(frozen=True)
class Program:
    """A program and the function that tests call."""

    code: str
    snippet: Snippet
    function: Function
    aliases: Mapping[str, str]
    """Types that the program names: name -> text."""
    macros: Mapping[str, str]
    mains: tuple[tuple[int, int], ...]
    """Where functions of the name ``main`` are named, as byte offsets."""


def read_program(code: str, language_name: str, entry_point: str) -> Program:
    """Find the entry point of a program, and read its signature.

    Raises
    ------
    Untestable
        If there is none that a harness can call.
    """
    language = get_language(language_name)
    if _STARTS_PROGRAMS.search(code):
        raise Untestable("it contains assembly, or changes how programs start")
    name = find_entry_point(code, language, entry_point)
    if name is None:
        raise Untestable("it defines no function")
    try:
        snippet = parse_snippet(code, language)
    except ParseTimeout as problem:
        raise Untestable("it cannot be parsed in time") from problem
    defined = definitions(snippet, language)
    mains = tuple(snippet.span(one.name_node) for one in defined if one.name == "main" and not one.types)
    macros = {found[1]: found[3].split("//")[0].strip() for found in _DEFINE.finditer(code) if found[2] is None}
    aliases = {**macros, **_aliases(snippet)}
    functions = [one for one in defined if one.name == name]
    function = _function(snippet, _most_callable(functions)) if functions else _lambda(snippet, name)
    return Program(code, snippet, function, aliases, {found[1]: found[3] for found in _DEFINE.finditer(code)}, mains)


def _most_callable(functions: list[Definition]) -> Definition:
    """Return the last one that stands outside of other functions."""
    return max(functions, key=lambda one: (not one.is_nested, one.node.start_byte))


def _aliases(snippet: Snippet) -> dict[str, str]:
    found = {}
    for node in walk(snippet.root):
        if node.type == "alias_declaration":
            found[text_of(snippet, node.child_by_field_name("name"))] = text_of(
                snippet, node.child_by_field_name("type")
            )
        elif node.type == "type_definition":
            found.update(_defined_type(snippet, node))
    return found


def _defined_type(snippet: Snippet, node: tree_sitter.Node) -> dict[str, str]:
    """Return the other name that ``typedef`` gives to a type, if it defines no structure, with what it stands for."""
    declarator, kind = node.child_by_field_name("declarator"), node.child_by_field_name("type")
    if declarator is None or kind is None or kind.child_by_field_name("body") is not None:
        return {}
    text = snippet.data[snippet.span(node)[0] + len(b"typedef") : snippet.span(declarator)[0]].decode(
        "utf-8", "replace"
    )
    while declarator is not None and declarator.type == "pointer_declarator":
        text += "*"
        declarator = declarator.child_by_field_name("declarator")
    is_name = declarator is not None and declarator.type == "type_identifier"
    return {text_of(snippet, declarator): text} if is_name else {}


def _function(snippet: Snippet, definition: Definition) -> Function:
    if definition.is_nested:
        raise Untestable(f"{definition.name} is defined within another function")
    node = definition.node
    declarator = _function_declarator(definition.name_node)
    templates = _templates(snippet, node)
    parameters = parameters_of(snippet, declarator)
    kind = text_of(snippet, node.child_by_field_name("type"))
    outer = node.child_by_field_name("declarator")
    pointers = ""
    while outer is not None and outer.type in ("pointer_declarator", "reference_declarator"):
        pointers += "*" if outer.type == "pointer_declarator" else ""
        outer = outer.child_by_field_name("declarator") or (outer.named_children[-1] if outer.named_children else None)
    path = _path(snippet, definition)
    return Function(definition.name, path, parameters, f"{kind}{pointers}", templates)


def _function_declarator(name: tree_sitter.Node) -> tree_sitter.Node:
    node: tree_sitter.Node | None = name
    while node is not None and node.type != "function_declarator":
        node = node.parent
    if node is None:
        raise Untestable("its signature cannot be read")
    return node


def _templates(snippet: Snippet, node: tree_sitter.Node) -> frozenset[str]:
    """Return the type parameters of the templates around a definition."""
    names = set()
    outer: tree_sitter.Node | None = node
    while outer is not None:
        if outer.type == "template_declaration":
            parameters = outer.child_by_field_name("parameters")
            for one in parameters.named_children if parameters is not None else ():
                if one.type in ("type_parameter_declaration", "optional_type_parameter_declaration"):
                    names.add(text_of(snippet, one.named_children[0]) if one.named_children else "")
                else:
                    names.add(text_of(snippet, one).rpartition(" ")[2])
        outer = outer.parent
    return frozenset(names - {""})


def _path(snippet: Snippet, definition: Definition) -> str:
    """Return the expression that names a function, through namespaces and classes."""
    namespaces: list[str] = []
    owner: tree_sitter.Node | None = None
    outer = definition.node.parent
    while outer is not None:
        if outer.type in _CLASSES and owner is None:
            owner = outer
        elif outer.type in (*_CLASSES, "namespace_definition"):
            namespaces.insert(0, text_of(snippet, outer.child_by_field_name("name")))
        outer = outer.parent
    prefix = "".join(f"{name}::" for name in namespaces if name)
    if owner is not None:
        return _member(snippet, owner, prefix, definition)
    parent = definition.name_node.parent
    if parent is not None and parent.type == "qualified_identifier":
        scope = text_of(snippet, parent.child_by_field_name("scope"))
        for node in walk(snippet.root):
            if node.type in _CLASSES and text_of(snippet, node.child_by_field_name("name")) == scope:
                return _member(snippet, node, prefix, definition)
        prefix += f"{scope}::"
    return f"::{prefix}{definition.name}"


def _member(snippet: Snippet, owner: tree_sitter.Node, prefix: str, definition: Definition) -> str:
    """Return how a method is called: on its class if it is static, or on a new object."""
    name = text_of(snippet, owner.child_by_field_name("name"))
    if not name:
        raise Untestable("its class has no name")
    if owner.parent is not None and owner.parent.type == "template_declaration":
        raise Untestable("its class is a template")
    body = owner.child_by_field_name("body")
    is_public = owner.type == "struct_specifier"
    constructors: list[int] = []
    is_static = has_access = False
    for one in body.named_children if body is not None else ():
        if one.type == "access_specifier":
            is_public = text_of(snippet, one).startswith("public")
        declared = _declared_function(one)
        if declared is None:
            continue
        called = text_of(snippet, declared.child_by_field_name("declarator"))
        if called == name:
            required = [p for p in parameters_of(snippet, declared) if not p.has_default]
            constructors += [len(required)] if is_public else [1]
        if called == definition.name:
            has_access = is_public
            is_static = any(text_of(snippet, part) == "static" for part in one.children)
    if not has_access:
        raise Untestable(f"{name}::{definition.name} is private")
    if is_static:
        return f"::{prefix}{name}::{definition.name}"
    if constructors and 0 not in constructors:
        raise Untestable(f"{name} has no constructor without parameters")
    return f"::{prefix}{name}().{definition.name}"


def _declared_function(node: tree_sitter.Node) -> tree_sitter.Node | None:
    declarator = node.child_by_field_name("declarator")
    while declarator is not None and declarator.type != "function_declarator":
        declarator = declarator.child_by_field_name("declarator") or (
            declarator.named_children[-1] if declarator.type == "reference_declarator" else None
        )
    return declarator


def _lambda(snippet: Snippet, name: str) -> Function:
    """Return a function that is a lambda in a variable."""
    for node in walk(snippet.root):
        if node.type == "init_declarator" and text_of(snippet, node.child_by_field_name("declarator")) == name:
            value = node.child_by_field_name("value")
            if value is not None and value.type == "lambda_expression":
                declarator = value.child_by_field_name("declarator")
                parameters = parameters_of(snippet, declarator) if declarator is not None else ()
                return Function(name, f"::{name}", parameters, "")
    raise Untestable(f"{name} is not a function")
