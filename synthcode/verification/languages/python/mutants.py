"""Python programs broken on purpose: in each, one operator, one constant or one branch is another one.

A test is worth something if it fails on them (DeMillo, Lipton and Sayward 1978, doi:10.1109/C-M.1978.218136).
"""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator

_TREE_ERRORS = (SyntaxError, ValueError, RecursionError, MemoryError)
_OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Add,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.USub: ast.UAdd,
}

_Change = Callable[[ast.AST], None]
"""Changes a node of a tree."""


def mutants(code: str, count: int, random_seed: str) -> list[str]:
    """Return programs that differ from one in one place.

    Parameters
    ----------
    code
        A Python program. One that this Python cannot parse has no mutants.
    count
        How many at most.
    random_seed
        Decides which of all.
    """
    try:
        tree = ast.parse(code)
        original = ast.unparse(tree)
        changes = list(_changes(tree))
    except _TREE_ERRORS:
        return []
    random.Random(random_seed).shuffle(changes)
    found: dict[str, None] = {}
    for place, change in changes:
        if len(found) == count:
            break
        broken = _changed(code, place, change)
        if broken is not None and broken != original:
            found[broken] = None
    return list(found)


def _changed(code: str, place: int, change: _Change) -> str | None:
    """Return a program with a change at the node that ``ast.walk`` comes to in that place."""
    try:
        tree = ast.parse(code)
        change(list(ast.walk(tree))[place])
        return ast.unparse(tree)
    except _TREE_ERRORS:
        return None


def _changes(tree: ast.AST) -> Iterator[tuple[int, _Change]]:
    """Yield each change with the place of its node."""
    nodes = list(ast.walk(tree))
    unused = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}  # docstrings, for instance
    unused |= {id(part) for node in nodes for part in _annotation(node)}
    for place, node in enumerate(nodes):
        if isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp | ast.UnaryOp) and type(node.op) in _OPERATORS:
            yield place, _replace_operator
        elif isinstance(node, ast.Compare):
            for at, operator in enumerate(node.ops):
                if type(operator) in _OPERATORS:
                    yield place, _replacing_comparison(at)
        elif isinstance(node, ast.If | ast.While | ast.IfExp):
            yield place, _negate
        elif isinstance(node, ast.Constant) and id(node) not in unused and isinstance(node.value, int | float | str):
            yield place, _replace_constant


def _annotation(node: ast.AST) -> Iterator[ast.AST]:
    for name in ("annotation", "returns"):
        annotation = getattr(node, name, None)
        if isinstance(annotation, ast.AST):
            yield from ast.walk(annotation)


def _replace_operator(node: ast.AST) -> None:
    node.op = _OPERATORS[type(node.op)]()  # type: ignore[attr-defined]


def _replacing_comparison(at: int) -> _Change:
    def replace(node: ast.AST) -> None:
        node.ops[at] = _OPERATORS[type(node.ops[at])]()  # type: ignore[attr-defined]

    return replace


def _negate(node: ast.AST) -> None:
    node.test = ast.UnaryOp(ast.Not(), node.test)  # type: ignore[attr-defined]


def _replace_constant(node: ast.AST) -> None:
    value = node.value  # type: ignore[attr-defined]
    node.value = (not value) if isinstance(value, bool) else value + ("x" if isinstance(value, str) else 1)  # type: ignore[attr-defined]
