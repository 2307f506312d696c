"""Rust programs, joined with their tests and run in the sandbox."""

from __future__ import annotations

import pytest

from synthcode.verification.cases.case import Raises, TestCase, Untestable
from synthcode.verification.cases.outcome import Outcome
from synthcode.verification.languages.rust.programs import with_cases, with_test
from synthcode.verification.languages.tested import TestProgram
from tests.support.programs.tested_programs import TestedPrograms

CASES = (TestCase(([3, 1],), [1, 3]), TestCase(([],), []))
RIGHT = (
    "fn sort_it(items: &[i32]) -> Vec<i32> { let mut items = items.to_vec(); items.sort(); items }",
    "#![allow(dead_code)]\n//! Sorts.\nuse std::cmp::Ordering;\n\n"
    "fn compare(a: &i64, b: &i64) -> Ordering { a.cmp(b) }\n"
    "pub fn sortIt(mut items: Vec<i64>) -> Vec<i64> { items.sort_by(compare); items }\n"
    'fn main() { println!("{:?}", sortIt(vec![2, 1])); }\n'
    "#[cfg(test)]\nmod tests { use super::*; #[test] fn t() { assert!(false); } }",
    "struct Solution;\nimpl Solution { pub fn sort_it(items: Vec<i32>) -> Vec<i32> "
    "{ let mut items = items; items.sort(); items } }",
    "fn sort_it<T: Ord + Clone>(items: &[T]) -> Result<Vec<T>, String> "
    "{ let mut items = items.to_vec(); items.sort(); Ok(items) }",
    "enum Vec2 { A }\nuse Vec2::A;\nmacro_rules! vec { () => { 1 } }\nmacro_rules! write { () => { 1 } }\n"
    "fn sort_it(items: &mut Vec<i32>) -> Vec<i32> { let _ = (A, vec!()); items.sort(); items.clone() }",
)
ENDLESS = "fn sort_it(items: Vec<i32>) -> Vec<i32> { loop {} }"
WRONG = {
    "fn sort_it(items: Vec<i32>) -> Vec<i32> { items }": ("test_failed", "([3, 1]) -> [3, 1], expected [1, 3]"),
    "fn sort_it(items: Vec<i32>) -> Vec<i32> { std::process::exit(0) }": (
        "test_failed",
        "it ended before its tests did",
    ),
    "fn sort_it(items: Vec<i32>) -> Vec<i32> { vec![items[5]] }": (
        "test_failed",
        "([3, 1]) -> raises panic, expected [1, 3]",
    ),
    "fn sort_it(items: Vec<i32>) -> Vec<i32> { vec![items[0] - i32::MIN] }": ("test_failed", "raises panic"),
    "fn sort_it(items: Vec<i32>) -> Vec<i32> { std::process::abort() }": ("test_crash", "Aborted"),
    "fn sort_it(items: Vec<i32>) -> Vec<i32> { sort_it(sort_it(items)) }": ("test_crash", "overflowed its stack"),
    "fn sort_it(items: Vec<i32>) -> Vec<i32> { let x: HashMap<i32, i32>; items }": ("compile_error", "cannot find"),
    "fn sort_it(items: Vec<i32>) -> Vec<i32> { fmt::x(); items }": ("compile_error", "fmt"),
    "fn sort_it(items: Vec<i32>) -> Vec<i32> { let x = items; items }": ("compile_error", "moved value"),
}
MAIN_TEST = TestProgram(
    "fn main() {\n    let candidate = sort_it;\n    assert_eq!(candidate(&[2, 1]), vec![1, 2]);\n}\n",
    "use std::collections::HashMap;\n",
)
TESTS = TestProgram(
    "#[cfg(test)]\nmod tests {\n    use super::*;\n    #[test]\n    fn test_it() { assert_eq!(vec![1, 2], "
    "sort_it(&vec![2, 1])); }\n"
    "    #[test]\n    #[should_panic]\n    fn other() { assert_eq!(sort_it(&[1]), vec![2]); }\n}\n",
    "fn main() {}\nuse std::{collections::HashMap, cmp::max};\n",
)
OWN = (
    RIGHT[0],
    RIGHT[0].replace("sort_it", "sortIt"),
    "struct S;\nimpl S { pub fn sort_it(items: &[i32]) -> Vec<i32> { let mut x = items.to_vec(); x.sort(); x } }",
    "fn sort_it(items: &[i32]) -> Vec<i32> { let _: HashMap<i32, i32>; let mut x = items.to_vec(); x.sort(); x }",
    "use std::collections::HashMap;\nfn main() {}\n" + RIGHT[0],
)


@pytest.fixture(scope="module")
def rust() -> TestedPrograms:
    return TestedPrograms("rust")


def test_a_right_program_passes_in_any_form(rust: TestedPrograms) -> None:
    outcomes = rust.judge_cases("sort_it", [(code, CASES) for code in RIGHT])
    assert outcomes == [Outcome(2, 2, None, "")] * len(RIGHT)


@pytest.mark.slow
def test_a_wrong_program_fails_with_its_first_message(rust: TestedPrograms) -> None:
    outcomes = rust.judge_cases("sort_it", [(code, CASES) for code in WRONG])
    for outcome, (reason, detail) in zip(outcomes, WRONG.values(), strict=True):
        assert (outcome.reason, detail in outcome.detail) == (reason, True), outcome


@pytest.mark.slow
def test_an_endless_program_costs_itself_only() -> None:
    programs = [(code, CASES) for code in (RIGHT[0], ENDLESS, RIGHT[0])]
    first, endless, last = TestedPrograms("rust", 2).judge_cases("sort_it", programs)
    assert (first.passed, endless.reason, last.passed) == (2, "test_timeout", 2)
    assert "limit exceeded" in endless.detail


@pytest.mark.slow
def test_a_program_passes_the_own_test_of_a_seed_in_any_form(rust: TestedPrograms) -> None:
    programs = [(code, test) for code in OWN for test in (MAIN_TEST, TESTS)]
    assert rust.judge_tests("sort_it", programs) == [Outcome(1, 1, None, "")] * len(programs)


def test_a_program_fails_the_own_test_of_a_seed(rust: TestedPrograms) -> None:
    codes = (
        "fn sort_it(items: &[i32]) -> Vec<i32> { items.to_vec() }",
        "fn sort_it(items: &[i32]) -> Vec<i32> { std::process::exit(0) }",
    )
    outcomes = rust.judge_tests("sort_it", [(code, test) for code in codes for test in (MAIN_TEST, TESTS)])
    assert [outcome.detail for outcome in outcomes] == [
        *["assertion `left == right` failed"] * 2,
        *["it ended before its tests did"] * 2,
    ]


def test_a_program_of_other_types_than_the_own_test_calls_is_not_judged(rust: TestedPrograms) -> None:
    code = "fn sort_it(items: Vec<String>) -> Vec<String> { items }"
    for outcome in rust.judge_tests("sort_it", [(code, MAIN_TEST), (code, TESTS)]):
        assert (outcome.tests, outcome.reason) == (0, None)
        assert outcome.detail.startswith("its tests do not fit its types: ")


@pytest.mark.parametrize(
    ("code", "crate"),
    [
        ("fn sort_it(items: Vec<i32>) -> Vec<i32> { rand::random(); items }", "rand"),
        ("use rand::Rng;\nfn sort_it(items: Vec<i32>) -> Vec<i32> { rand::thread_rng().gen(); items }", "rand"),
        ('extern crate md5;\nfn sort_it(items: Vec<i32>) -> Vec<i32> { md5::compute(b""); items }', "md5"),
        (
            "use itertools::Itertools;\n"
            "fn sort_it(items: Vec<i32>) -> Vec<i32> { items.into_iter().sorted().collect() }",
            "itertools",
        ),
    ],
)
def test_a_program_that_needs_a_crate_is_not_judged(rust: TestedPrograms, code: str, crate: str) -> None:
    assert rust.judge_cases("sort_it", [(code, CASES)]) == [Outcome(0, 0, None, f"it needs the crate {crate}")]


def test_a_program_that_imports_from_a_crate_and_does_not_use_it_is_judged(rust: TestedPrograms) -> None:
    uses = "use rand::Rng;\nextern crate regex;\nuse md5;\nuse std::cmp::{max, self};\n"
    codes = [f"{uses}fn sort_it(mut a: Vec<i32>) -> Vec<i32> {{ {body} a }}" for body in ("a.sort();", "")]
    right, wrong = rust.judge_cases("sort_it", [(code, CASES) for code in codes])
    assert (right.passed, right.reason, wrong.reason) == (2, None, "test_failed")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("struct A;", "it defines no function"),
        ("fn f(a: &[i32], b: i32) -> i32 { 1 }", "it takes other arguments than 1"),
        ("fn f(a: Vec<i32>) {}", "it returns nothing"),
        ("fn f(a: String) -> i32 { 1 }", "an argument of the type ::std::string::String cannot be list"),
        ("fn f(a: [i32; 3]) -> i32 { 1 }", "[i32; 3] does not have 2 elements"),
        ("fn f(a: impl Fn(i32) -> i32) -> i32 { 1 }", "an argument of the type Fn(i32) -> i32 cannot be list"),
        ("async fn f(a: Vec<i32>) -> i32 { 1 }", "f is async"),
        ("trait T { fn f(a: Vec<i32>) -> i32 { 1 } }", "it is a method of a trait"),
        ("struct S { a: i32 }\nimpl S { fn f(&self, a: Vec<i32>) -> i32 { 1 } }", "cannot be made without arguments"),
        ("#[no_mangle] pub fn f(a: Vec<i32>) -> i32 { 1 }", "it changes how programs are linked"),
    ],
)
def test_a_program_that_cannot_be_called_says_why(code: str, reason: str) -> None:
    with pytest.raises(Untestable) as found:
        with_cases(code, "f", CASES[:1])
    assert reason in str(found.value)


def test_one_odd_case_is_left_out() -> None:
    cases = (
        TestCase((1,), 2),
        TestCase((2**40,), 2),
        TestCase(("x",), 2),
        TestCase((3,), None),
        TestCase((4,), Raises("ValueError")),
        TestCase((5,), -1),
        TestCase((-6,), 0),
    )
    program = with_cases("fn f(a: u32) -> u32 { a }", "f", cases)
    assert program.untestable == {
        1: "an integer is beyond u32",
        2: "an argument of the type u32 cannot be str",
        3: "a result of the type u32 cannot be None",
        4: "it has no way to say that it fails",
        5: "a result of the type u32 cannot be the expected one",
        6: "an integer is beyond u32",
    }


def test_a_program_with_an_equality_of_its_own_is_not_judged_by_an_assertion() -> None:
    code = "struct I;\nimpl PartialEq<i32> for I { fn eq(&self, _: &i32) -> bool { true } }\n"
    test = TestProgram("fn main() { assert_eq!(f(), 2); }")
    with pytest.raises(Untestable, match="it says itself what its result is equal to"):
        with_test(f"{code}fn f() -> I {{ I }}", test, "f")
    assert with_test(f"{code}fn f() -> i32 {{ 1 }}", test, "f").main == "calls.rs"


def test_a_test_that_calls_nothing_is_refused() -> None:
    with pytest.raises(Untestable, match="neither a main nor"):
        with_test("fn f() -> i32 { 1 }", TestProgram("fn other() {}"), "f")
