"""Which arguments a function takes for those of the seed."""

from __future__ import annotations

import pytest

from synthcode.verification.cases.case import TestCase, Untestable
from synthcode.verification.languages.c_family.declarations import Parameter
from synthcode.verification.languages.c_family.lengths import matched, matched_call

A, B = Parameter("a", "int", pointers=1), Parameter("b", "int", dimensions=("",))
N, M, X = Parameter("n", "int"), Parameter("m", "int"), Parameter("x", "int")
S = Parameter("s", "std::string")
OUT = Parameter("result", "int", pointers=1)
DEFAULT = Parameter("base", "int", has_default=True)


def is_integer(parameter: Parameter) -> bool:
    return not parameter.pointers and not parameter.dimensions


@pytest.mark.parametrize(
    ("parameters", "arguments", "values"),
    [
        ([A, N], ([1, 2],), [[1, 2], 2]),
        ([A, N], ([1, 2], 5), [[1, 2], 5]),
        ([N, A], ([1, 2],), [2, [1, 2]]),
        ([A, N, X], ([1, 2], 7), [[1, 2], 2, 7]),
        ([A, X, N], ([1, 2], 7), [[1, 2], 7, 2]),
        ([A, B, N], ([1, 2], [3, 4]), [[1, 2], [3, 4], 2]),
        ([A, N, B, M], ([1], [2, 3]), [[1], 1, [2, 3], 2]),
        ([A, N, M], ([[1, 2, 3], [4, 5, 6]],), [[[1, 2, 3], [4, 5, 6]], 2, 3]),
        ([A], ([1, 2], 2), [[1, 2]]),
        ([A, X], ([1, 2], 2, 9), [[1, 2], 9]),
        ([X, DEFAULT], (1,), [1]),
        ([X, DEFAULT], (1, 2), [1, 2]),
        ([S, DEFAULT], ("abc", 3), ["abc", 3]),
        ([A, N, DEFAULT], ([1, 2],), [[1, 2], 2]),
        ([X, OUT], (1,), [1, None]),
    ],
)
def test_lengths_follow_their_arrays(
    parameters: list[Parameter], arguments: tuple[object, ...], values: list[object]
) -> None:
    assert [one.value for one in matched(parameters, arguments, is_integer)] == values


@pytest.mark.parametrize(
    ("parameters", "arguments"),
    [([A, X], ([1],)), ([A, B, N], ([1], [2, 3])), ([X], (1, 2)), ([A], ([1, 2], 3)), ([X, X], (1,))],
)
def test_what_does_not_fit_is_untestable(parameters: list[Parameter], arguments: tuple[object, ...]) -> None:
    with pytest.raises(Untestable):
        matched(parameters, arguments, is_integer)


@pytest.mark.parametrize(
    ("parameters", "given", "values"),
    [
        ([X, DEFAULT], 1, [7]),
        ([X, DEFAULT], None, [7, 2]),
        ([X, M], 1, [7, 2]),
        ([X], 1, [7]),
    ],
)
def test_a_function_with_defaults_gets_what_the_call_has(
    parameters: list[Parameter], given: int | None, values: list[int]
) -> None:
    found = matched_call(parameters, TestCase((7, 2), 0, given=given), is_integer)
    assert [one.value for one in found] == values
