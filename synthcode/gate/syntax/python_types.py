"""What Python's compiler finds wrong with type parameters and aliases, which an older interpreter cannot read."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import tree_sitter

_NAME = re.compile(r"\s*+\**+\s*+(\w++)")
_PART = re.compile(
    r"""
      (?P<text>\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?)
    | (?P<open>[(\[{]) | (?P<close>[)\]}]) | (?P<comma>,) | (?P<default>(?<![=:!<>])=(?!=)) | (?P<colon>:(?!=))
    """,
    re.VERBOSE,
)
_FORBIDDEN: dict[type[ast.AST], str] = {
    ast.Await: "await expression",
    ast.NamedExpr: "named expression",
    ast.Yield: "yield expression",
    ast.YieldFrom: "yield expression",
}


def misuse_of_types(captures: Mapping[str, Sequence[tree_sitter.Node]]) -> tuple[int, str] | None:
    """Return the line of type parameters, or of an alias, that the compiler refuses, and why, or None.

    Parameters
    ----------
    captures
        Nodes of type parameters as ``parameters``, and of aliases as ``alias``.
    """
    for node in captures.get("alias", ()):
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        found = _forbidden(_text(right)) if right is not None else None
        _, bracket, listed = _text(left).partition("[")
        found = found or (_of_parameters(listed.rpartition("]")[0]) if bracket else None)
        if found is not None:
            return node.start_point.row + 1, found
    for node in captures.get("parameters", ()):
        bases = node.parent and node.parent.child_by_field_name("superclasses")
        found = _of_parameters(_text(node).strip()[1:-1]) or (_forbidden(f"f{_text(bases)}") if bases else None)
        if found is not None:
            return node.start_point.row + 1, found
    return None


def _text(node: tree_sitter.Node | None) -> str:
    return ((node and node.text) or b"").decode("utf-8", "replace")


def _of_parameters(listed: str) -> str | None:
    seen: set[str] = set()
    has_default = False
    for name, expressions, is_default in _parameters(listed):
        if name in seen:
            return f"duplicate type parameter '{name}'"
        seen.add(name)
        if has_default and not is_default:
            return f"non-default type parameter '{name}' follows default type parameter"
        has_default = is_default
        for expression in expressions:
            if (found := _forbidden(expression)) is not None:
                return found
    return None


def _parameters(listed: str) -> Iterator[tuple[str, list[str], bool]]:
    """Yield the name of each type parameter, its bound and default, and whether it has a default."""
    depth = start = 0
    cuts: list[int] = []
    is_default = False
    for part in [*_PART.finditer(listed), None]:
        if part is not None and part["open"]:
            depth += 1
        elif part is not None and part["close"]:
            depth -= 1
        elif part is not None and depth == 0 and (part["default"] or (part["colon"] and not cuts)):
            is_default = is_default or bool(part["default"])
            cuts.append(part.start())
        elif part is None or (part["comma"] and depth == 0):
            end = len(listed) if part is None else part.start()
            named = _NAME.match(listed, start, end)
            if named is not None:
                bounds = [*cuts, end]
                yield (
                    named[1],
                    [listed[one + 1 : two] for one, two in pairwise(bounds)],
                    is_default,
                )
            start, cuts, is_default = end + 1, [], False


def _forbidden(expression: str) -> str | None:
    """Return why an expression cannot stand among types; one that this interpreter cannot read may."""
    with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        nodes: list[ast.AST] = [ast.parse(f"({expression.strip().lstrip('*')}\n)", mode="eval")]
        while nodes:
            node = nodes.pop()
            if type(node) in _FORBIDDEN:
                return f"{_FORBIDDEN[type(node)]} cannot be used among types"
            if not isinstance(node, ast.Lambda):
                nodes += ast.iter_child_nodes(node)
    return None
