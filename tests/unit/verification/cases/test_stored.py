"""Test cases as JSON."""

from __future__ import annotations

import math

import pytest

from synthcode.verification.cases.case import Raises, TestCase
from synthcode.verification.cases.results import Members, Pairs
from synthcode.verification.cases.stored import read_cases, write_cases

VALUES = [
    *(None, True, 0, -(2**70), 0.5, 1e300, math.inf, -math.inf, "", "é\n\0\U0001f600", [], (), (1,), [[1, (2, "x")]]),
    *({}, {1: [2], "a": None}, {(1, 2): {3}}, set(), {1, 2}, Pairs([([1], 2)]), Members([[1], [2]])),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_every_value_comes_back_with_its_type(value: object) -> None:
    case = TestCase((value, 1), value, "more", 1e-3, ignores_order=True, given=1, names=("a", "b"))
    [back] = read_cases(write_cases((case,)))
    assert repr(back) == repr(case)
    assert back.names == case.names


def test_exceptions_and_nan_come_back() -> None:
    raising, odd = read_cases(write_cases((TestCase((), Raises("KeyError")), TestCase((math.nan,), math.nan))))
    assert raising == TestCase((), Raises("KeyError"))
    assert math.isnan(odd.arguments[0])
    assert isinstance(odd.expected, float)
    assert math.isnan(odd.expected)


@pytest.mark.parametrize("text", ["", "{}x", '[{"arguments": [{"float": 3}]}]', '[{"arguments": []}]'])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        read_cases(text)
