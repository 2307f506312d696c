"""What the results of cases say of a program."""

from __future__ import annotations

from synthcode.verification.cases.case import Raises, TestCase
from synthcode.verification.cases.outcome import judge_cases
from synthcode.verification.running.job import CaseProgram, Job, Ran

MIXED = (TestCase(("a b",), ["a", "b"]), TestCase(("c,d",), ["c", "d"]), TestCase(("abc",), 1))
OF_ONE_TYPE = Ran("completed", ('0 ["a", "b"]', '1 ["c", "d"]', '2 ["1"]'), "", 0.1)


def test_a_type_that_cannot_hold_all_kinds_of_results_is_not_blamed() -> None:
    outcome = judge_cases(MIXED, CaseProgram(Job({}), {}, is_typed=True), OF_ONE_TYPE)
    assert (outcome.tests, outcome.passed, outcome.reason) == (2, 2, None)


def test_a_language_whose_functions_return_anything_has_to_return_it() -> None:
    outcome = judge_cases(MIXED, CaseProgram(Job({}), {}), OF_ONE_TYPE)
    assert (outcome.reason, outcome.detail) == ("test_failed", "('abc') -> ['1'], expected 1")


def test_a_wrong_kind_where_all_are_of_one_is_wrong() -> None:
    cases = (TestCase((1,), 1), TestCase((2,), 4), TestCase((0,), Raises("ValueError")))
    ran = Ran("completed", ("0 [1]", "1 [4]", '2 {"raised": "E"}'), "", 0.1)
    assert judge_cases(cases, CaseProgram(Job({}), {}, is_typed=True), ran).reason == "test_failed"


def test_a_wrong_value_of_the_right_kind_is_wrong() -> None:
    ran = Ran("completed", ('0 ["a"]', '1 ["c", "d"]', '2 ["1"]'), "", 0.1)
    assert judge_cases(MIXED, CaseProgram(Job({}), {}, is_typed=True), ran).reason == "test_failed"
