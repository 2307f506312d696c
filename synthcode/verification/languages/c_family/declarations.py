"""What a declaration in C or C++ declares: a name, its type as written, and what a declarator adds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import tree_sitter

from synthcode.comments.snippets import Snippet
from synthcode.verification.cases.case import Untestable

_PARAMETERS = frozenset({"parameter_declaration", "optional_parameter_declaration"})


@dataclass(frozen=True)
class Parameter:
    """One parameter of a function."""

    name: str
    type: str
    """As written, without what belongs to the name."""
    pointers: int = 0
    dimensions: tuple[str, ...] = ()
    """What stands in brackets after the name: ``("", "3")`` for ``int a[][3]``."""
    reference: str = ""
    """``&``, ``&&`` or nothing."""
    is_const: bool = False
    has_default: bool = False
    is_grouped: bool = False
    """Whether its name stands in parentheses: a pointer to arrays, ``int (*a)[3]``, not an array of pointers."""


def text_of(snippet: Snippet, node: tree_sitter.Node | None) -> str:
    """Return the text of a node; nothing without one."""
    return snippet.bytes_of(node).decode("utf-8", "replace") if node is not None else ""


def walk(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """Yield a node and all within it, in their order."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += reversed(one.children)


def parameters_of(snippet: Snippet, declarator: tree_sitter.Node) -> tuple[Parameter, ...]:
    """Return the parameters of a function.

    Raises
    ------
    Untestable
        If it takes any number of arguments, or a function.
    """
    listed = declarator.child_by_field_name("parameters")
    found: list[Parameter] = []
    for node in listed.children if listed is not None else ():
        if node.type in _PARAMETERS:
            found.append(_parameter(snippet, node))
        elif node.type in ("variadic_parameter", "variadic_parameter_declaration", "..."):
            raise Untestable("it takes any number of arguments")
    return () if len(found) == 1 and found[0].type == "void" and not found[0].pointers else tuple(found)


def _parameter(snippet: Snippet, node: tree_sitter.Node) -> Parameter:
    declarator = node.child_by_field_name("declarator")
    end = declarator if declarator is not None else node.child_by_field_name("default_value")
    start, stop = snippet.span(node)
    stop = snippet.span(end)[0] if end is not None else stop
    text = " ".join(snippet.data[start:stop].decode("utf-8", "replace").rstrip("= ").split())
    has_default = node.type == "optional_parameter_declaration"
    return replace(declared_as(snippet, text, declarator), has_default=has_default)


def declared_as(snippet: Snippet, text: str, declarator: tree_sitter.Node | None) -> Parameter:
    """Return what a declaration declares: its type as written, and what a declarator adds."""
    dimensions: list[str] = []
    pointers, reference, is_grouped = 0, "", False
    inner = declarator
    while inner is not None and inner.type not in ("identifier", "field_identifier"):
        if "pointer_declarator" in inner.type:
            pointers += 1
        elif "array_declarator" in inner.type:
            dimensions.insert(0, text_of(snippet, inner.child_by_field_name("size")))
        elif "reference_declarator" in inner.type:
            reference = text_of(snippet, inner.children[0])
        elif "parenthesized_declarator" in inner.type:
            is_grouped = True
        elif "function_declarator" in inner.type:
            raise Untestable("it takes a function")
        nested = inner.child_by_field_name("declarator")
        if nested is None and inner.named_children and "declarator" in inner.type:
            last = inner.named_children[-1]
            nested = last if last.type == "identifier" or "declarator" in last.type else None
        inner = nested
    name = text_of(snippet, inner)
    is_const = bool(re.match(r"const\b|.*\bconst$", text))
    return Parameter(name, text, pointers, tuple(dimensions), reference, is_const, is_grouped=is_grouped)
