"""How a Python test compares the result of each call: by equality, within a tolerance, in any order, or in another way.

Only calls whose results are compared by a rule that holds in every language become test cases.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

Position = tuple[int, int, int, int]
"""First line, last line, first column and last column of a call, as ``co_positions`` gives them."""

_SAME_ITEMS = frozenset({"list", "tuple", "dict", "str", "float", "int", "bool"})
_ANY_ORDER = frozenset({"sorted", "set", "frozenset", "Counter"})
_EQUALITY = (ast.Eq, ast.Is)
_ASSERTIONS = frozenset({"assertEqual", "assertEquals", "assertListEqual", "assertTupleEqual", "assertDictEqual"})
_TRUTHS = frozenset({"assertTrue", "assertFalse"})
_SMALLEST_TOLERANCE = 1e-9
_DEFAULT_TOLERANCE = 1e-6


@dataclass(frozen=True)
class CallSite:
    """How a test looks at the result of a call."""

    is_truth: bool = False
    """It only looks whether the result is true: a result that is not a bool is not compared."""
    tolerance: float = _DEFAULT_TOLERANCE
    ignores_order: bool = False


_EXACT = CallSite()


def call_sites(test: str) -> dict[Position, CallSite]:
    """Return the calls of a test whose results it compares by a rule.

    Parameters
    ----------
    test
        A Python program.

    Raises
    ------
    SyntaxError
        If this Python cannot parse it.
    """
    tree = ast.parse(test)
    parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    reads: dict[str, list[ast.Name]] = defaultdict(list)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            reads[node.id].append(node)
    found: dict[Position, CallSite] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            site = _site(node, parents) or _site_of_variable(node, parents, reads)
            if site is not None:
                found[_position(node)] = site
    return found


def _position(node: ast.Call) -> Position:
    return node.lineno, node.end_lineno or 0, node.col_offset, node.end_col_offset or 0


def _site_of_variable(
    node: ast.Call, parents: Mapping[ast.AST, ast.AST], reads: Mapping[str, list[ast.Name]]
) -> CallSite | None:
    """Follow a result that is assigned first: every use of the variable must be compared in the same way."""
    parent = parents.get(node)
    if not isinstance(parent, ast.Assign) or len(parent.targets) != 1 or not isinstance(parent.targets[0], ast.Name):
        return None
    sites = {_site(read, parents) for read in reads[parent.targets[0].id]}
    return sites.pop() if len(sites) == 1 else None


def _site(node: ast.expr, parents: Mapping[ast.AST, ast.AST]) -> CallSite | None:
    """Return how the value of an expression is compared; None if by no rule that is known."""
    site = _EXACT
    for child, parent in _upwards(node, parents):
        if isinstance(parent, ast.Assert):
            return replace(site, is_truth=True) if child is node else None
        if isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not):
            return replace(site, is_truth=True) if isinstance(parents.get(parent), ast.Assert) else None
        if isinstance(parent, ast.Compare):
            return _compared(child, parent, site) if _is_asserted(parent, parents) else None
        if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Sub):
            return _within(parent, parents)
        if isinstance(parent, ast.Tuple | ast.List):
            continue
        if not isinstance(parent, ast.Call):
            return None
        method = parent.func.attr if isinstance(parent.func, ast.Attribute) else ""
        if method in _ASSERTIONS | _TRUTHS | {"assertAlmostEqual", "assertCountEqual", "isclose", "allclose"}:
            return _asserted_by_method(method, parent, site)
        name = parent.func.id if isinstance(parent.func, ast.Name) else method
        if name in _ANY_ORDER:
            site = replace(site, ignores_order=True)
        elif name == "round" and len(parent.args) == 2 and isinstance(digits := _constant(parent.args[1]), int):
            site = replace(site, tolerance=0.5 * 10.0**-digits)
        elif name not in _SAME_ITEMS:
            return None
    return None


def _upwards(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> Iterator[tuple[ast.AST, ast.AST]]:
    while node in parents:
        yield node, parents[node]
        node = parents[node]


def _is_asserted(node: ast.expr, parents: Mapping[ast.AST, ast.AST]) -> bool:
    """Return whether a comparison must hold for the test to pass: also one of several, joined by ``and``."""
    parent = parents.get(node)
    if isinstance(parent, ast.BoolOp) and isinstance(parent.op, ast.And):
        return _is_asserted(parent, parents)
    return isinstance(parent, ast.Assert) and parent.test is node and not _cuts_a_tuple(parent)


def _cuts_a_tuple(node: ast.Assert) -> bool:
    """Return whether a message is a value, as in ``assert f(x) == 1, 2``: the test meant to compare with a tuple."""
    return node.msg is not None and isinstance(_constant(node.msg), int | float | tuple | list)


def _compared(child: ast.AST, node: ast.Compare, site: CallSite) -> CallSite | None:
    sides = [node.left, *node.comparators]
    operators = node.ops[max(0, sides.index(child) - 1) : sides.index(child) + 1] if child in sides else []
    return site if operators and all(isinstance(operator, _EQUALITY) for operator in operators) else None


def _within(node: ast.BinOp, parents: Mapping[ast.AST, ast.AST]) -> CallSite | None:
    """Return the tolerance of ``abs(f(x) - y) < 1e-6``."""
    call = parents.get(node)
    comparison = parents.get(call) if call is not None else None
    if not isinstance(call, ast.Call) or not isinstance(comparison, ast.Compare) or comparison.left is not call:
        return None
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    bound = _constant(comparison.comparators[0])
    is_bound = len(comparison.ops) == 1 and isinstance(comparison.ops[0], ast.Lt | ast.LtE)
    if name not in ("abs", "fabs") or not is_bound or not isinstance(bound, int | float):
        return None
    return CallSite(tolerance=max(float(bound), _SMALLEST_TOLERANCE)) if _is_asserted(comparison, parents) else None


def _asserted_by_method(method: str, node: ast.Call, site: CallSite) -> CallSite | None:
    if method in _TRUTHS:
        return replace(site, is_truth=True)
    if method == "assertCountEqual":
        return replace(site, ignores_order=True)
    if method in ("isclose", "allclose"):
        named = {word.arg: _constant(word.value) for word in node.keywords}
        given = [value for value in named.values() if isinstance(value, float)]
        return replace(site, tolerance=max([_DEFAULT_TOLERANCE, *given]))
    return site


def _constant(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
