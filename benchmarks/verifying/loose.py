"""Equality as the release's own tests have it, where that is looser than the comparison of cases.

PHP's tests compare by ``==``: ``true`` equals any value that is not empty, and ``'7'`` equals 7. TypeScript's compare
by Node's ``assert.deepEqual``, which compares single values by ``==``: ``'7'`` equals 7, and ``true`` equals 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from synthcode.verification.cases.case import Raises, TestCase, Untestable
from synthcode.verification.cases.comparison import difference
from synthcode.verification.cases.kinds import kind_of
from synthcode.verification.cases.outcome import results_of
from synthcode.verification.cases.results import read_result
from synthcode.verification.running.job import CaseProgram, Ran

Equality = Callable[[Any, Any], bool]


def passes_loosely(language: str, cases: Sequence[TestCase], program: CaseProgram, ran: Ran) -> bool:
    """Return whether a program passes the cases of the seed's own test by the equality of the release's test."""
    equality = LOOSE.get(language)
    results = results_of(ran)
    places = [place for place, one in enumerate(cases) if one.origin == "seed" and place not in program.untestable]
    kinds = {kind_of(cases[place].expected) for place in places} - {"none"}
    return all(
        any(_is_right(cases[place], text, equality, program, kinds) for text in results.get(place, ()))
        for place in places
    )


def _is_right(case: TestCase, text: str, equality: Equality | None, program: CaseProgram, kinds: set[str]) -> bool:
    try:
        found = read_result(text)
        if difference(case, found, is_single=program.is_single) is None:
            return True
    except Untestable:
        return True  # it cannot be compared
    except ValueError:
        return False
    if program.is_typed and kind_of(found) in kinds - {kind_of(case.expected)}:
        return True  # nor can this
    if equality is None or isinstance(found, Raises) or isinstance(case.expected, Raises):
        return False
    return equality(found, case.expected)


def _php(one: Any, other: Any) -> bool:
    if (one is None and isinstance(other, str)) or (other is None and isinstance(one, str)):
        return (one or "") == (other or "")
    if any(value is None or isinstance(value, bool) for value in (one, other)):
        return _is_true_in_php(one) == _is_true_in_php(other)
    if _is_single(one) and _is_single(other):
        numbers = [_number(value) for value in (one, other)]
        return str(one) == str(other) if None in numbers else numbers[0] == numbers[1]
    return _same_items(one, other, _php)


def _is_true_in_php(value: Any) -> bool:
    return value != "0" and bool(value)


def _javascript(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    if _is_single(one) and _is_single(other):
        if isinstance(one, str) and isinstance(other, str):
            return one == other
        numbers = [_number(value) if value != "" else 0.0 for value in (one, other)]
        return None not in numbers and numbers[0] == numbers[1]
    return _same_items(one, other, _javascript)


def _is_single(value: Any) -> bool:
    return isinstance(value, bool | int | float | str)


def _number(value: Any) -> float | None:
    """Return the number that a value is or holds as text; None if it is another text."""
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return None if isinstance(value, str) and not math.isfinite(number) else number


def _same_items(one: Any, other: Any, equality: Equality) -> bool:
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(equality(*pair) for pair in zip(one, other, strict=True))
    if isinstance(one, dict) and isinstance(other, dict):
        named, others = ({str(key): value for key, value in items.items()} for items in (one, other))
        return named.keys() == others.keys() and all(equality(value, others[key]) for key, value in named.items())
    return False


LOOSE: Mapping[str, Equality] = {"php": _php, "typescript": _javascript}
"""The languages whose tests in the release compare so."""
