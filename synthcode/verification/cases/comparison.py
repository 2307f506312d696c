"""Whether a result in one language is the expected one: one comparison for all of them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeGuard

from synthcode.entry_points import spelling
from synthcode.verification.cases.case import Raises, TestCase, Untestable, Value
from synthcode.verification.cases.members import camel
from synthcode.verification.cases.notation import MOST_CHARACTERS, items_of, structure_of
from synthcode.verification.cases.results import Members, Pairs, Record

_SHOWN_CHARACTERS = 60
_SINGLE = 1e-5
"""How much results of single precision may differ, relatively, after a few operations."""
_SINGLE_EXACT = 2**24
_LARGEST = 1e30
_AROUND_KEYS = re.compile(r"""[\[\](){}"'\s]""")
_SEPARATORS = re.compile("[:;|_]")
_KINDS = (int | float, str, list | tuple | set | Members, dict | Pairs)
"""Values of one of these may stand for one another."""


class Tolerance(NamedTuple):
    """How far numbers may be from those that are expected."""

    relative: float
    absolute: float
    exact_below: float = math.inf
    """Smaller integers must be equal."""


def difference(case: TestCase, actual: Value | Raises, *, is_single: bool = False) -> str | None:
    """Return how a result differs from the expected one, in one line; None if it is right.

    Parameters
    ----------
    case
        With the expected result.
    actual
        The result.
    is_single
        Whether it was computed with single precision, which has 24 bits.

    Sequences of all kinds are equal if their items are; sets and mappings have no order; a mapping may come as a
    sequence of pairs, and a list of pairs as a mapping in the same order; ``3`` equals ``3.0`` and ``True`` equals
    ``1``, as in Python; any exception counts as raised.
    Text in Python's notation, such as ``'[(1, None)]'``, equals the collection that it stands for, in any notation.
    A tuple may come with names for its items, in order; so may a list as an object's fields, and a mapping whose keys
    are the fields' names in any convention. A set may come as the values of a mapping with numbered keys,
    which an array of PHP with gaps is, or as the keys of one whose values are all true.

    Raises
    ------
    Untestable
        If the items of a tuple come with names, but in another order: only the names say which is which. If an object
        stands for something else than its fields.
    """
    if isinstance(case.expected, Raises) or isinstance(actual, Raises):
        if isinstance(case.expected, Raises) and isinstance(actual, Raises):
            return None
        return f"{_shown(case)} -> {_text(actual)}, expected {_text(case.expected)}"
    tolerance = _tolerance(case, is_single)
    if _equal(case.expected, actual, tolerance) or _is_noted(case.expected, actual, tolerance):
        return None
    are_sequences = isinstance(case.expected, list | tuple) and isinstance(actual, list | tuple)
    if _is_named(actual, case.expected) and _same_members(list(case.expected), list(actual.values()), tolerance):
        raise Untestable("it names the items of its result, in an order of its own")
    if case.ignores_order and are_sequences and _same_members(case.expected, actual, tolerance):
        return None
    return f"{_shown(case)} -> {_text(actual)}, expected {_text(case.expected)}"


def _tolerance(case: TestCase, is_single: bool) -> Tolerance:
    """Return the tolerance of a case; with single precision, arguments are known to their size times 2**-24 only."""
    if not is_single:
        return Tolerance(case.tolerance, case.tolerance)
    size = max((abs(number) for number in _numbers((*case.arguments, case.expected))), default=0.0)
    return Tolerance(max(case.tolerance, _SINGLE), max(case.tolerance, 2 * size / _SINGLE_EXACT), _SINGLE_EXACT)


def _numbers(value: Value | Raises) -> Iterator[float]:
    """Yield all finite numbers within a value."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) < _LARGEST:
            yield value
    elif isinstance(value, dict):
        yield from _numbers((*value.keys(), *value.values()))
    elif isinstance(value, list | tuple | set):
        for item in value:
            yield from _numbers(item)


def _is_noted(expected: Value, actual: Value, tolerance: Tolerance) -> bool:
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


def _equal(expected: Value, actual: Value, tolerance: Tolerance) -> bool:
    if isinstance(expected, int | float) and isinstance(actual, int | float):
        return _close(expected, actual, tolerance)
    if isinstance(actual, Record):
        return _same_fields(expected, actual, tolerance)
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
    if isinstance(expected, list) and isinstance(actual, dict | Pairs) and all(map(_is_pair, expected)):
        actual = list(map(list, _pairs(actual)))  # a mapping in order, in the place of its pairs
    if isinstance(expected, list | tuple) and isinstance(actual, list | tuple):
        return len(expected) == len(actual) and all(
            _equal(one, other, tolerance) for one, other in zip(expected, actual, strict=True)
        )
    return False


def _same_fields(expected: Value, actual: Record, tolerance: Tolerance) -> bool:
    """Compare an object's fields with the items of a sequence, or with those of a mapping by their names.

    Raises
    ------
    Untestable
        If it may stand for something else: a node of a list, for instance, or a class that holds one.
    """
    unfit = Untestable("it returns an object that may stand for something else")
    if isinstance(expected, dict):
        found = {spelling(name): value for name, value in actual.items()}
        named = {spelling(str(name)): value for name, value in expected.items()}
        if found.keys() != named.keys() or len(found) < len(actual) or len(named) < len(expected):
            raise unfit
        pairs = [(value, found[name]) for name, value in named.items()]
    elif isinstance(expected, list | tuple) and len(expected) == len(actual) > 1:
        pairs = list(zip(expected, actual.values(), strict=True))
        if _same_members(list(expected), list(actual.values()), tolerance):
            if all(_equal(*pair, tolerance) for pair in pairs):
                return True
            raise Untestable("it names the items of its result, in an order of its own")
    else:
        raise unfit
    if not all(_are_alike(*pair) for pair in pairs):
        raise unfit
    return all(_equal(*pair, tolerance) for pair in pairs)


def _are_alike(expected: Value, actual: Value) -> bool:
    """Return whether two values are of one kind, so that one may stand for the other."""
    if isinstance(actual, Record):
        return isinstance(expected, list | tuple | dict)
    return any(isinstance(expected, kind) and isinstance(actual, kind) for kind in _KINDS) or None in (expected, actual)


def _is_named(actual: Value | Raises, expected: Value | Raises) -> TypeGuard[dict[str, Value]]:
    """Return whether a result may be a tuple whose items have names, as in an object of JavaScript."""
    if isinstance(actual, Record):
        return False
    if not (isinstance(expected, tuple) and isinstance(actual, dict) and len(expected) == len(actual) > 1):
        return False
    return all(isinstance(key, str) and key.isidentifier() for key in actual)


def _same_set(expected: list[Value], actual: Value, tolerance: Tolerance) -> bool:
    if isinstance(actual, dict) and actual:
        if all(value is True for value in actual.values()) and _same_members(
            [_key(member) for member in expected], [_key(key) for key in actual], tolerance
        ):
            return True
        has_numbered_keys = all(isinstance(key, int) and not isinstance(key, bool) for key in actual)
        return has_numbered_keys and _same_members(expected, list(actual.values()), tolerance)
    return _is_collection(actual) and _same_members(expected, list(actual), tolerance)


def _close(expected: float, actual: float, tolerance: Tolerance) -> bool:
    if isinstance(expected, int) and isinstance(actual, int) and abs(expected) < tolerance.exact_below:
        return expected == actual
    try:
        one, other = float(expected), float(actual)
    except OverflowError:
        return expected == actual
    if math.isnan(one) and math.isnan(other):
        return True
    return math.isclose(one, other, rel_tol=tolerance.relative, abs_tol=tolerance.absolute)


def _pairs(value: Value) -> list[tuple[Value, Value]]:
    return list(value.items()) if isinstance(value, dict) else list(value)


def _same_mapping(expected: list[tuple[Value, Value]], actual: Value, tolerance: Tolerance) -> bool:
    if isinstance(actual, tuple) and len(actual) == len(expected) > 1 and not all(map(_is_pair, actual)):
        # only the values, in the order of the keys: in which order others come is not known
        if all(_equal(value, item, tolerance) for (_, value), item in zip(expected, actual, strict=True)):
            return True
        raise Untestable("it returns the values of a mapping without their keys")
    if isinstance(actual, dict | Pairs):
        found: Sequence[Value] = _pairs(actual)
    elif isinstance(actual, list) and all(map(_is_pair, actual)):
        found = actual
    else:
        return False
    if _are_texts_of_tuples(expected, found):
        keys = {_text_of_key(key) for key, _ in found}
        if keys != {_text_of_key(key) for key, _ in expected}:
            raise Untestable("its keys are texts where the expected ones are tuples")
        named = [(_text_of_key(key), value) for key, value in expected]
        return _same_members(named, [(_text_of_key(key), value) for key, value in found], tolerance)
    named = [(_key(key), value) for key, value in expected]
    given = [(_key(key), value) for key, value in found]
    if _same_members(named, given, tolerance):
        return True
    renamed = [(camel(key) if isinstance(key, str) and key.isidentifier() else key, value) for key, value in named]
    return renamed != named and _same_members(renamed, given, tolerance)


def _are_texts_of_tuples(expected: Sequence[tuple[Value, Value]], found: Sequence[Value]) -> bool:
    """Return whether keys that are tuples come as text, which keys of objects and arrays must be in some languages."""
    tuples = bool(expected) and all(isinstance(key, tuple) for key, _ in expected)
    return tuples and all(isinstance(key, str) for key, _ in found)


def _text_of_key(key: Value) -> str:
    text = ",".join(map(str, key)) if isinstance(key, tuple) else str(key)
    return _SEPARATORS.sub(",", _AROUND_KEYS.sub("", text))


def _is_pair(value: Value) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2


def _key(key: Value) -> Value:
    """Return a key as languages whose objects have only text for keys write it."""
    return str(key) if isinstance(key, int) and not isinstance(key, bool) else key


def _is_collection(value: Value) -> bool:
    return isinstance(value, list | tuple | set)


def _same_members(expected: Sequence[Value], actual: Sequence[Value], tolerance: Tolerance) -> bool:
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
