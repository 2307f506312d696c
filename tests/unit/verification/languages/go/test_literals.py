"""Every value comes back from an identity function of each type that holds it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from synthcode.verification.cases.case import Raises, TestCase
from synthcode.verification.cases.outcome import Outcome
from tests.support.programs.tested_programs import TestedPrograms

VALUES: list[tuple[str, Any]] = [
    *((f"int{bits}", value) for bits in (8, 16, 32, 64) for value in (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)),
    *((f"uint{bits}", 2**bits - 1) for bits in (8, 16, 32, 64)),
    *((kind, value) for kind in ("float64", "float32") for value in (0.5, -1e30, 3, math.nan, math.inf, -math.inf)),
    ("float64", 5e-324),
    ("bool", True),
    ("string", 'a"b\\c\n\t\0\u00e9\u2028\U0001f600 %d `$'),
    ("rune", "\u00e9"),
    ("byte", "x"),
    ("[]byte", "text"),
    ("[]rune", "\u00e9t\u00e9"),
    ("[]rune", ["a", "b"]),
    ("[][]byte", ["one", "two"]),
    ("[]byte", [1, 2]),
    ("[][]int", [[1], [], [2, 3]]),
    ("[]string", ("a", "b")),
    ("[2]bool", [True, False]),
    ("map[string][]int", {"a": [1], "b": []}),
    ("map[int]string", {1: "a", -2: "b"}),
    ("map[string]struct{}", {"a", "b"}),
    ("map[int]bool", {1, 2}),
    ("map[rune]int", {"a": 1}),
    ("*int", None),
    ("*int", 3),
    ("*string", "a"),
    ("[]*float64", [1.5, None]),
    ("interface{}", None),
    ("any", [1, "a", 2.5, [True], {"k": None}]),
    ("[]interface{}", [1, "a", None]),
    ("map[interface{}]interface{}", {1: "a", "b": 2}),
    ("error", None),
]


def assert_they_come_back(values: list[tuple[str, Any]]) -> None:
    """Call an identity function of each type on its value."""
    programs = [(f"func same(x {kind}) {kind} {{ return x }}", [TestCase((value,), value)]) for kind, value in values]
    outcomes = TestedPrograms("go").judge_cases("same", programs)
    assert [(kind, one) for (kind, _), one in zip(values, outcomes, strict=True)] == [
        (kind, Outcome(1, 1, None, "")) for kind, _ in values
    ]


@pytest.mark.toolchains
def test_every_value_comes_back() -> None:
    assert_they_come_back(VALUES)


@pytest.mark.slow
def test_results_of_several_values() -> None:
    programs = [
        ("func f(a int) (int, string) { return a, `x` }", TestCase((1,), (1, "x"))),
        ("func f(a int) (int, bool) { return a, true }", TestCase((1,), (1, True))),
        ("func f(a int) (int, bool) { return a, a > 1 }", TestCase((1,), None)),
        ("func f(a int) (int, bool) { return a, a > 1 }", TestCase((1,), Raises("KeyError"))),
        ("func f(a int) (int, error) { return a, errors.New(`no`) }", TestCase((1,), Raises("ValueError"))),
        ("func f(a int) (int, int, error) { return a, a, nil }", TestCase((1,), [1, 1])),
        ("func f(a int) error { panic(a) }", TestCase((1,), Raises("ValueError"))),
        ("func f(a int) *big.Int { return new(big.Int).Lsh(big.NewInt(1), 70) }", TestCase((1,), 2**70)),
        ("func f(a int, b ...string) int { return a + len(b) }", TestCase((1, "a", "b"), 3)),
        ("func f[K comparable, V any](a map[K]V, b K) V { return a[b] }", TestCase(({"a": 2.5}, "a"), 2.5)),
        ("type P struct { a int; b string }\nfunc f(a []P) string { return a[0].b }", TestCase(([(1, "x")],), "x")),
    ]
    outcomes = TestedPrograms("go").judge_cases("f", [(code, [case]) for code, case in programs])
    assert outcomes == [Outcome(1, 1, None, "")] * len(programs)


def test_a_result_of_another_type_is_not_compared() -> None:
    code = "type N struct { next *N }\nfunc f(a int) *N { return &N{} }"
    [outcome] = TestedPrograms("go").judge_cases("f", [(code, [TestCase((1,), [1])])])
    assert outcome == Outcome(0, 0, None, "no result could be compared")
