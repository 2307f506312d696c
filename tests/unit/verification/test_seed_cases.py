"""Test cases from the calls that a seed's own test makes."""

from __future__ import annotations

import pytest

from synthcode.verification.cases.case import Raises, TestCase
from synthcode.verification.languages.python import tracing_runners
from synthcode.verification.programs import find_tool
from synthcode.verification.sandbox import open_sandbox
from synthcode.verification.seed_cases import SeedCases, SeedTest, literal_cases, seed_tests, trace_tests

SOLUTION = """
def pick(items, last=False):
    if not items:
        raise ValueError("empty")
    return items[-1 if last else 0]
"""


def traced(test: str, code: str = SOLUTION, entry_point: str = "pick") -> SeedCases:
    python = find_tool("python3")
    assert python is not None
    runners = tracing_runners(python, open_sandbox((python,)))
    return trace_tests([SeedTest("s", "python", code, entry_point, test)], runners)[0]


def test_every_call_that_is_compared_is_a_case() -> None:
    test = """
def check(candidate):
    for item in range(3):
        assert candidate([item, 7]) == item
    assert candidate(items=["x", "y"], last=True) == "y"
    assert len([candidate([5])]) == 1
    try:
        candidate([])
        assert False
    except ValueError:
        pass

check(pick)
"""
    found = traced(test)
    assert found.problem == ""
    assert found.cases == (
        *(TestCase(([item, 7], False), item) for item in range(3)),
        TestCase((["x", "y"], True), "y"),
        TestCase(([], False), Raises("ValueError")),
    )
    assert found.left_out == ("its result is not compared by equality",)


@pytest.mark.parametrize(
    ("test", "code", "problem"),
    [
        ("assert pick([1]) == 2", SOLUTION, "bad_test: the seed's own solution fails it (AssertionError"),
        ("assert pick([1]) ==", SOLUTION, "bad_test: it is not Python"),
        ("assert 1 == 1", SOLUTION, "no test: it never calls the entry point"),
        ("import os\nos._exit(0)", SOLUTION, "bad_test: the seed's own solution fails it (stopped)"),
        ("assert pick([1], 2) == 1", "import os\ndef pick(*a):\n    os.kill(os.getpid(), 9)", "bad_test"),
        (
            "assert pick(2) == pick(2)",
            "def pick(n):\n    return list({'a', 'b', 'c', 'd'})",
            "no test: a result depends on",
        ),
        (
            "assert pick(2) == pick(2)",
            "X = object()\ndef pick(n):\n    return X",
            "no test: it returns a value of the type object",
        ),
    ],
)
def test_why_a_test_yields_no_cases(test: str, code: str, problem: str) -> None:
    found = traced(test, code)
    assert found.cases == ()
    assert found.problem.startswith(problem)


def test_a_set_a_tuple_and_a_large_number_are_kept() -> None:
    test = "assert pick(((1, 2), {3}, {'k': 2**70})) == (1, 2)"
    assert traced(test).cases == (TestCase((((1, 2), {3}, {"k": 2**70}), False), (1, 2)),)


def test_a_test_of_a_solution_in_another_language_yields_its_literals() -> None:
    test = "def check(c):\n    assert candidate([1], 2) == [3]\n    assert candidate(x) == 2\n    assert candidate(1)\n"
    seed = SeedTest("s", "java", "", "addAll", test)
    assert literal_cases(seed).cases == (TestCase(([1], 2), [3]),)


def test_only_seeds_with_a_python_test_have_cases() -> None:
    row = {"seed_id": "s", "language": "python", "code": "c", "entry_point": None}
    rows = [{**row, "tests": [("python", "t")]}, {**row, "tests": [("java", "t")]}, {**row, "tests": None}]
    assert seed_tests(rows) == [SeedTest("s", "python", "c", "", "t")]
