"""Results of all languages, compared once."""

from __future__ import annotations

from typing import Any

import pytest

from synthcode.verification.cases.case import Raises, TestCase, Untestable
from synthcode.verification.cases.comparison import difference
from synthcode.verification.cases.results import read_result


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (3, "3"),
        (3, "3.0"),
        (0.1 + 0.2, "0.3"),
        (float("nan"), '{"float": "nan"}'),
        (float("-inf"), '{"float": "-inf"}'),
        (True, "true"),
        (True, "1"),
        (None, "null"),
        ("é\n", '"\\u00e9\\n"'),
        ((1, [2, 3]), "[1, [2, 3]]"),
        ([1, 2], '{"tuple": [1, 2]}'),
        ({1, 2}, '{"set": [2, 1]}'),
        ({1, 2}, "[2, 1]"),
        ({"a": [1]}, '{"map": [["a", [1]]]}'),
        ({"a": 1, "b": 2}, '[["b", 2], ["a", 1]]'),
        ({(1, 2): "x"}, '{"map": [[[1, 2], "x"]]}'),
        (2**80, str(2**80)),
        (Raises("ValueError"), '{"raised": "RangeError"}'),
        ("[(1, None), ('a b', 2.0)]", '"[[1, nil], [\\"a b\\", 2]]"'),
        ("[(1, None), ('a b', 2.0)]", '[[1, null], ["a b", 2]]'),
        ("{1: 2, -4: 'x'}", '"{1=2, -4=x}"'),
        ("{1: 2, -4: 'x'}", '{"map": [[1, 2], [-4, "x"]]}'),
        ((1, "a"), '{"map": [["first", 1], ["second", "a"]]}'),
        ([(1, "a")], '[{"map": [["first", 1], ["second", "a"]]}]'),
        ({1, 2}, '{"map": [[0, 1], [2, 2]]}'),
        ({5, 7}, '{"map": [["5", true], ["7", true]]}'),
        ({"min_value": 1, "n": 2}, '{"map": [["minValue", 1], ["n", 2]]}'),
        ([("b", 3), ("a", 2)], '{"map": [["b", 3], ["a", 2]]}'),
        ([], '{"map": []}'),
    ],
)
def test_equal_values_of_two_languages(expected: Any, actual: str) -> None:
    assert difference(TestCase((), expected), read_result(actual)) is None


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (3, "4"),
        ((1, "a"), '{"map": [["first", 1], ["second", "b"]]}'),
        ([1, "a"], '{"map": [["first", 1], ["second", "a"]]}'),
        ({1, 2}, '{"map": [[1, 1], [2, 3]]}'),
        ({5, 7}, '{"map": [["5", true], ["8", true]]}'),
        (2**80, str(2**80 + 1)),
        (1.0, "1.1"),
        (None, '""'),
        (None, "0"),
        ("1", "1"),
        ([1, 2], "[2, 1]"),
        ([1, 2], "[1, 2, 3]"),
        ({1, 2}, "[1, 1]"),
        ({"a": 1}, '{"map": [["a", 2]]}'),
        ({"a": 1}, "[]"),
        ([("b", 3), ("a", 2)], '{"map": [["a", 2], ["b", 3]]}'),
        ([("b", 3)], '{"map": [["b", 3], ["a", 2]]}'),
        ([1, 2], '{"map": [[0, 1], [1, 2]]}'),
        ([], '{"map": [["a", 1]]}'),
        ({"Foo": 1}, '{"map": [["foo", 1]]}'),
        ({"min_value": 1}, '{"map": [["minvalue", 1]]}'),
        ({"min_value": 1}, '{"map": [["minValue", 2]]}'),
        (5, '{"raised": "KeyError"}'),
        (Raises("KeyError"), "5"),
        ("[(1, None)]", '"[(1, 2)]"'),
        ("[(1, None)]", "[[1, 2]]"),
        ("[1, 2]", "[2, 1]"),
        ("['+', '-']", "\"['-', '+']\""),
        ("(1)", "1"),
        ("[]", "[]"),
        ("[not python", '"not python"'),
        ("[" * 1500, '"["'),
    ],
)
def test_different_values(expected: Any, actual: str) -> None:
    assert difference(TestCase((7,), expected), read_result(actual))


def test_a_difference_shows_the_call() -> None:
    assert difference(TestCase((7, "x"), 1), 2) == "(7, 'x') -> 2, expected 1"


def test_order_is_ignored_where_the_test_ignores_it() -> None:
    assert difference(TestCase((), [1, 2], ignores_order=True), [2, 1]) is None


def test_a_value_of_another_type_cannot_be_compared() -> None:
    with pytest.raises(Untestable, match="Node"):
        read_result('{"other": "Node"}')


def test_a_tuple_whose_items_are_named_in_another_order_cannot_be_compared() -> None:
    with pytest.raises(Untestable, match="names the items"):
        difference(TestCase((), (1, "a")), read_result('{"map": [["second", "a"], ["first", 1]]}'))


@pytest.mark.parametrize(
    "text", ["", "{", '{"set": 1}', '{"map": [1]}', "[" * 100, '{"a": 1, "b": 2}', '{"float": "1"}']
)
def test_what_is_no_result_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_result(text)


@pytest.mark.parametrize(
    ("arguments", "expected", "actual", "is_right"),
    [
        ((123.456,), 0.45600000000000307, "0.456001282", True),
        ((123.456,), 0.45600000000000307, "0.4561", False),
        (([1.0, 9360, 3335, 2],), 98731830, "98731824", True),
        (([1.0, 9360, 3335, 2],), 98731830, "98731730", True),
        (([1.0, 9360, 3335, 2],), 98731830, "98721730", False),
        ((2, 3), 5, "6", False),
        ((1e6, 3.0), 2.0, "3.0", False),
        ((0.1,), 0.2, "0.20000000298", True),
        ((0.1,), "0.2", '"0.20000000298"', False),
    ],
)
def test_single_precision_is_as_exact_as_it_can_be(
    arguments: tuple[Any, ...], expected: Any, actual: str, is_right: bool
) -> None:
    case = TestCase(arguments, expected)
    assert (difference(case, read_result(actual), is_single=True) is None) == is_right
