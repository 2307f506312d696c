"""Whether a result in one language is the expected one: one comparison for all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeGuard

from synthcode.verification.cases.case import Raises, TestCase, Untestable, Value
from synthcode.verification.cases.notation import MOST_CHARACTERS, items_of, structure_of
from synthcode.verification.cases.results import Members, Pairs

_SHOWN_CHARACTERS = 60


def difference(case: TestCase, actual: Value | Raises) -> str | None:
    """Return how a result differs from the expected one, in one line; None if it is right.

    Sequences of all kinds are equal if their items are; sets and mappings have no order; a mapping may come as a
    sequence of pairs; ``3`` equals ``3.0`` and ``True`` equals ``1``, as in Python; any exception counts as raised.
    Text in Python's notation, such as ``'[(1, None)]'``, equals the collection that it stands for, in any notation.
    A tuple may come with names for its items, in order. A set may come as the values of a mapping with numbered keys,
    which an array of PHP with gaps is, or as the keys of one whose values are all true.

    Raises
    ------
    Untestable
        If the items of a tuple come with names, but in another order: only the names say which is which.
    """
    if isinstance(case.expected, Raises) or isinstance(actual, Raises):
        if isinstance(case.expected, Raises) and isinstance(actual, Raises):
            return None
        return f"{_shown(case)} -> {_text(actual)}, expected {_text(case.expected)}"
    if _equal(case.expected, actual, case.tolerance) or _is_noted(case.expected, actual, case.tolerance):
        return None
    are_sequences = isinstance(case.expected, list | tuple) and isinstance(actual, list | tuple)
    if _is_named(actual, case.expected) and _same_members(list(case.expected), list(actual.values()), case.tolerance):
        raise Untestable("it names the items of its result, in an order of its own")
    if case.ignores_order and are_sequences and _same_members(case.expected, actual, case.tolerance):
        return None
    return f"{_shown(case)} -> {_text(actual)}, expected {_text(case.expected)}"


def _is_noted(expected: Value, actual: Value, tolerance: float) -> bool:
    """Return whether a result is what expected text in Python's notation stands for, in any notation."""
    structure = structure_of(expected) if isinstance(expected, str) else None
    if structure is None:
        return False
    if isinstance(actual, str):
        return len(actual) <= MOST_CHARACTERS and items_of(actual) == items_of(str(expected))
    return _equal(structure, actual, tolerance)


def repeated(case: TestCase, again: Value | Raises) -> TestCase | None:
    """Return a case that also holds for the result of a second run; None if the two results have nothing in common.

    A sequence that comes in another order the second time may come in any order.
    """
    if difference(case, again) is None:
        return case
    in_any_order = replace(case, ignores_order=True)
    return in_any_order if difference(in_any_order, again) is None else None


def _equal(expected: Value, actual: Value, tolerance: float) -> bool:
    if isinstance(expected, int | float) and isinstance(actual, int | float):
        return _close(expected, actual, tolerance)
    if isinstance(expected, str) or isinstance(actual, str) or expected is None or actual is None:
        return bool(expected == actual)
    if isinstance(expected, dict | Pairs):
        return _same_mapping(_pairs(expected), actual, tolerance)
    if isinstance(expected, set | Members):
        return _same_set(list(expected), actual, tolerance)
    if isinstance(expected, list | tuple) and isinstance(actual, set | Members):
        return False
    if _is_named(actual, expected):
        actual = list(actual.values())
    if isinstance(expected, list | tuple) and isinstance(actual, list | tuple):
        return len(expected) == len(actual) and all(
            _equal(one, other, tolerance) for one, other in zip(expected, actual, strict=True)
        )
    return False


def _is_named(actual: Value | Raises, expected: Value | Raises) -> TypeGuard[dict[str, Value]]:
    """Return whether a result may be a tuple whose items have names, as in an object of JavaScript."""
    if not (isinstance(expected, tuple) and isinstance(actual, dict) and len(expected) == len(actual) > 1):
        return False
    return all(isinstance(key, str) and key.isidentifier() for key in actual)


def _same_set(expected: list[Value], actual: Value, tolerance: float) -> bool:
    if isinstance(actual, dict) and actual:
        if all(value is True for value in actual.values()) and _same_members(
            [_key(member) for member in expected], [_key(key) for key in actual], tolerance
        ):
            return True
        has_numbered_keys = all(isinstance(key, int) and not isinstance(key, bool) for key in actual)
        return has_numbered_keys and _same_members(expected, list(actual.values()), tolerance)
    return _is_collection(actual) and _same_members(expected, list(actual), tolerance)


def _close(expected: float, actual: float, tolerance: float) -> bool:
    if isinstance(expected, int) and isinstance(actual, int):
        return expected == actual
    try:
        one, other = float(expected), float(actual)
    except OverflowError:
        return expected == actual
    return (math.isnan(one) and math.isnan(other)) or math.isclose(one, other, rel_tol=tolerance, abs_tol=tolerance)


def _pairs(value: Value) -> list[tuple[Value, Value]]:
    return list(value.items()) if isinstance(value, dict) else list(value)


def _same_mapping(expected: list[tuple[Value, Value]], actual: Value, tolerance: float) -> bool:
    if isinstance(actual, dict | Pairs):
        found: Sequence[Value] = _pairs(actual)
    elif isinstance(actual, list) and all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in actual):
        found = actual
    else:
        return False
    named = [(_key(key), value) for key, value in expected]
    return _same_members(named, [(_key(key), value) for key, value in found], tolerance)


def _key(key: Value) -> Value:
    """Return a key as languages whose objects have only text for keys write it."""
    return str(key) if isinstance(key, int) and not isinstance(key, bool) else key


def _is_collection(value: Value) -> bool:
    return isinstance(value, list | tuple | set)


def _same_members(expected: Sequence[Value], actual: Sequence[Value], tolerance: float) -> bool:
    """Return whether each member of one has its equal in the other, as often."""
    left = list(actual)
    if len(expected) != len(left):
        return False
    for member in expected:
        place = next((place for place, other in enumerate(left) if _equal(member, other, tolerance)), None)
        if place is None:
            return False
        del left[place]
    return True


def _shown(case: TestCase) -> str:
    return f"({', '.join(_text(argument) for argument in case.arguments)})"


def _text(value: object) -> str:
    text = f"raises {value.kind}" if isinstance(value, Raises) else repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."
