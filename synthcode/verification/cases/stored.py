"""Test cases as JSON, for the cache of verdicts: results are written as harnesses write them."""

from __future__ import annotations

import json
import math
from typing import Any

from synthcode.bounded.trees import parse_json
from synthcode.verification.cases.case import Raises, TestCase, Value
from synthcode.verification.cases.results import Members, Pairs, read_result

_LEVELS = 80


def write_cases(cases: tuple[TestCase, ...]) -> str:
    """Return cases as JSON."""
    rows = [
        {
            "arguments": [_tree(value) for value in case.arguments],
            "expected": _tree(case.expected),
            "origin": case.origin,
            "tolerance": case.tolerance,
            "ignores_order": case.ignores_order,
            "given": case.given,
            "names": case.names,
        }
        for case in cases
    ]
    return json.dumps(rows)


def read_cases(text: str) -> tuple[TestCase, ...]:
    """Return the cases that ``write_cases`` has written.

    Raises
    ------
    ValueError, KeyError, TypeError
        If it has not written them.
    """
    return tuple(
        TestCase(
            tuple(_value(tree) for tree in row["arguments"]),
            _value(row["expected"]),
            row["origin"],
            row["tolerance"],
            row["ignores_order"],
            row["given"],
            tuple(map(str, row["names"])),
        )
        for row in parse_json(text, _LEVELS)
    )


def _value(tree: Any) -> Value | Raises:
    return read_result(json.dumps(tree))


def _tree(value: Value | Raises) -> Any:
    if isinstance(value, Raises):
        return {"raised": value.kind}
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"}
    if isinstance(value, dict | Pairs):
        pairs = value.items() if isinstance(value, dict) else value
        return {"map": [[_tree(key), _tree(item)] for key, item in pairs]}
    if isinstance(value, set | frozenset | Members):
        return {"set": sorted((_tree(item) for item in value), key=json.dumps)}
    if isinstance(value, tuple):
        return {"tuple": [_tree(item) for item in value]}
    return [_tree(item) for item in value] if isinstance(value, list) else value
