"""Every value comes back from an identity function of each type that holds it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from synthcode.verification.cases.case import Raises, TestCase
from synthcode.verification.cases.outcome import Outcome
from tests.support.programs.tested_programs import TestedPrograms

USES = "use std::collections::*; use std::rc::Rc; use std::cell::RefCell; use std::borrow::Cow;\n"
VALUES: list[tuple[str, Any]] = [
    *((f"i{bits}", value) for bits in (8, 16, 32, 64, 128) for value in (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)),
    *((f"u{bits}", 2**bits - 1) for bits in (8, 16, 32, 64, 128)),
    ("usize", 2**64 - 1),
    *((kind, value) for kind in ("f64", "f32") for value in (0.5, -1e30, 3, math.nan, math.inf, -math.inf)),
    ("f64", 5e-324),
    ("bool", True),
    ("char", "\u00e9"),
    ("u8", "x"),
    ("String", "a\"b\\c\n\t\0\u00e9\u2028\U0001f600 {} '"),
    ("&str", "a'b"),
    ("&String", "text"),
    ("Vec<char>", "text"),
    ("Vec<char>", ["a", "b"]),
    ("&[u8]", "text"),
    ("Vec<u8>", [1, 2]),
    ("Vec<Vec<i64>>", [[1], [], [2, 3]]),
    ("&[Vec<String>]", [["a"], []]),
    ("&[&str]", ["a", "b"]),
    ("&Vec<(i32, &str)>", [(1, "a")]),
    ("Vec<&[i32]>", [[1, 2], []]),
    ("[i32; 3]", [1, -2, 3]),
    ("&[[u8; 2]; 2]", [[1, 2], [3, 4]]),
    ("(i32, f64, String)", (1, 2.5, "x")),
    ("Option<i32>", None),
    ("Option<Vec<Option<&str>>>", ["a", None]),
    ("HashMap<String, Vec<i32>>", {"a": [1], "b": []}),
    ("&BTreeMap<i32, char>", {1: "a", -2: "b"}),
    ("std::collections::HashSet<i32>", {1, 2}),
    ("&BTreeSet<(i32, i32)>", {(1, 2)}),
    ("VecDeque<i32>", [1, 2]),
    ("Box<i32>", 3),
    ("Option<Box<Vec<i32>>>", [1]),
    ("Rc<RefCell<Vec<i32>>>", [1]),
    ("Cow<'static, str>", "x"),
    ("Vec<f64>", [1, 2.5]),
    ("Grid", [[1]]),
]
ALIAS = "type Grid = Vec<Vec<i32>>;\n"


def identity(kind: str) -> str:
    """Return an identity function of a type."""
    kind = kind.replace("&", "&'a ")
    return f"{USES}{ALIAS}fn same<'a>(x: {kind}) -> {kind} {{ x }}"


def assert_they_come_back(values: list[tuple[str, Any]]) -> None:
    """Call an identity function of each type on its value."""
    programs = [(identity(kind), [TestCase((value,), value)]) for kind, value in values]
    outcomes = TestedPrograms("rust").judge_cases("same", programs)
    assert [(kind, one) for (kind, _), one in zip(values, outcomes, strict=True)] == [
        (kind, Outcome(1, 1, None, "")) for kind, _ in values
    ]


@pytest.mark.toolchains
def test_every_value_comes_back() -> None:
    assert_they_come_back(VALUES)


CALLS = [
    ("fn f<T: Ord + Copy>(a: &[T]) -> Option<T> { a.iter().max().copied() }", TestCase(([1, 3],), 3)),
    ("fn f<T>(a: &[T]) -> Option<T> where T: PartialOrd + Copy { a.first().copied() }", TestCase((["b", "a"],), "b")),
    ('fn f<T: std::fmt::Display>(a: T) -> String { format!("{a}") }', TestCase((2,), "2")),
    ("fn f<T: Into<f64> + Copy>(a: &[T]) -> f64 { a.iter().map(|&x| x.into()).sum() }", TestCase(([1, 2],), 3.0)),
    (
        "fn f(a: impl AsRef<str>, b: impl Into<String>) -> usize { a.as_ref().len() + b.into().len() }",
        TestCase(("ab", "c"), 3),
    ),
    ("fn f(a: impl IntoIterator<Item = i32>) -> i32 { a.into_iter().sum() }", TestCase(([1, 2],), 3)),
    ("fn f<'a>(a: impl Iterator<Item = &'a i32>) -> Vec<&'a i32> { a.collect() }", TestCase(([1, 2],), [1, 2])),
    (
        "fn f<'a, I>(a: I) -> impl Iterator<Item = i32> where I: Iterator<Item = i32> { a.map(|x| x + 1) }",
        TestCase(([1, 2],), [2, 3]),
    ),
    ("fn f(a: &mut Vec<i32>) -> i32 { a.push(1); a.len() as i32 }", TestCase(([1, 2],), 3)),
    ("fn f(a: &mut [i32], mut b: i32) -> i32 { a.sort(); b += a[0]; b }", TestCase(([2, 1], 1), 2)),
    (
        "fn f<'a>(a: &'a str, b: &'a str) -> &'a str { if a.len() > b.len() { a } else { b } }",
        TestCase(("ab", "c"), "ab"),
    ),
    ("fn f<const N: usize>(a: [i32; N]) -> usize { N }", TestCase(([1, 2],), 2)),
    ('fn f(a: i32) -> Result<i32, String> { Err("no".into()) }', TestCase((1,), Raises("ValueError"))),
    ("fn f(a: i32) -> Result<i32, String> { Ok(a) }", TestCase((1,), 1)),
    ("fn f(a: i32) -> Option<i32> { None }", TestCase((1,), Raises("KeyError"))),
    ("fn f(a: i32) -> Option<i32> { None }", TestCase((1,), None)),
    ("fn f(a: i32) -> Result<i32, std::num::ParseIntError> { panic!() }", TestCase((1,), Raises("ValueError"))),
    (
        "struct P { x: i32, y: String }\nfn f(a: &P, b: Vec<Q>) -> String { a.y.clone() }\nstruct Q(i32);",
        TestCase(((1, "x"), [(2,)]), "x"),
    ),
    (
        "#[derive(Default)] struct S { n: i32 }\nimpl S { fn f(&mut self, a: i32) -> i32 { self.n += a; self.n } }",
        TestCase((1,), 1),
    ),
    ("struct Solution;\nimpl Solution { pub fn f(a: i32) -> i32 { a } }", TestCase((1,), 1)),
    (
        "struct S { n: i32 }\nimpl S { fn new() -> Self { S { n: 2 } } fn f(&self, a: i32) -> i32 { a + self.n } }",
        TestCase((1,), 3),
    ),
    ("mod m { pub fn f(a: i32) -> i32 { a } }", TestCase((1,), 1)),
    ("unsafe fn f(a: i32) -> i32 { a }", TestCase((1,), 1)),
    (
        "fn f(a: i32) -> std::collections::HashMap<char, (u8, i32)> { [('x', (b'y', a))].into() }",
        TestCase((1,), {"x": ("y", 1)}),
    ),
]


@pytest.mark.slow
def test_calls_of_all_kinds() -> None:
    programs = [(code, [case]) for code, case in CALLS]
    outcomes = TestedPrograms("rust").judge_cases("f", programs)
    assert [(code, one) for (code, _), one in zip(CALLS, outcomes, strict=True)] == [
        (code, Outcome(1, 1, None, "")) for code, _ in CALLS
    ]


def test_a_result_of_another_type_is_not_compared() -> None:
    code = "struct N; fn f(a: i32) -> N { N }"
    [outcome] = TestedPrograms("rust").judge_cases("f", [(code, [TestCase((1,), [1])])])
    assert (outcome.tests, outcome.reason) == (0, None)
    assert outcome.detail.startswith("its tests do not fit its types: ")


def test_none_for_minus_one_is_not_judged() -> None:
    code = "fn f(a: &[i32]) -> Option<usize> { a.iter().position(|&x| x == 1) }"
    cases = [TestCase(([2],), -1), TestCase(([2, 1],), 1)]
    assert TestedPrograms("rust").judge_cases("f", [(code, cases)]) == [Outcome(1, 1, None, "")]
