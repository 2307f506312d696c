"""Test cases from the calls that a seed's own test makes."""

from __future__ import annotations

from typing import Any

import pytest

from synthcode.verification.cases.case import Raises, TestCase
from synthcode.verification.languages.python import answering_runners, tracing_runner
from synthcode.verification.programs import find_tool
from synthcode.verification.running.programs import RUN_LIMITS
from synthcode.verification.sandboxes.sandbox import open_sandbox
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
    box = open_sandbox((python,))
    seed = SeedTest("s", "python", code, entry_point, test)
    return trace_tests([seed], tracing_runner(python, box), answering_runners(python, box)[1])[0]


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
        *(TestCase(([item, 7], False), item, given=1) for item in range(3)),
        TestCase((["x", "y"], True), "y"),
        TestCase(([], False), Raises("ValueError"), given=1),
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
            "def pick(n):\n    return ''.join({'a', 'b', 'c', 'd'})",
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


@pytest.mark.parametrize(
    "code",
    [
        "def pick(a, b):\n    return tuple(set(a) & set(b))",
        "def pick(a, b):\n    return [n for n in {m for m in a} if n in b]",
        "def pick(a, b):\n    return list(dict.fromkeys(a).keys() & b)",
        "def pick(a, b):\n    return [*frozenset(a).intersection(b)]",
        "def pick(a, b):\n    found = set(a) - (set(a) - set(b))\n    return [found.pop() for _ in list(found)]",
    ],
)
def test_what_is_read_from_a_set_may_come_in_any_order(code: str) -> None:
    test = "assert sorted(pick([7, 1, 4], [4, 9, 1])) == [1, 4]\nassert list(pick([3, 5, 8], [5, 3, 1])) == [3, 5]"
    assert [case.ignores_order for case in traced(test, code).cases] == [True, True]


@pytest.mark.parametrize(
    "body",
    [
        "sorted(set(a))",
        "len({1} | set(a)) if isinstance({1}, set) else 'another type'",
        "set(a) == {1, 4, 7} and frozenset(a) == frozenset([1, 4, 7]) and {frozenset(a): 1}[frozenset(a)] == 1",
        "max(set(a)) - min(set(a).union([0]))",
        "set(a)",
        "{n: str(n) for n in set(a)}",
    ],
)
def test_other_results_keep_their_order(body: str) -> None:
    test = "import random\nx = pick([7, 1, 4])\nassert x == pick([7, 1, 4])"
    [case] = traced(test, f"def pick(a):\n    return {body}").cases
    assert not case.ignores_order


def test_random_inputs_are_cases_and_random_results_are_not() -> None:
    test = """
import random
for _ in range(3):
    n = random.randint(0, 10 ** 6)
    assert pick(n) == n + 1
"""
    assert len(traced(test, "def pick(n):\n    return n + 1").cases) == 3
    found = traced(test.replace("n + 1", "pick(n)"), "import random\ndef pick(n):\n    return n * random.random()")
    assert found.cases == ()


@pytest.mark.slow
def test_a_slow_call_is_left_out() -> None:
    code = """
import time
def pick(n):
    started = time.process_time()
    while n == 2 and time.process_time() - started < 2:
        pass
    return n
"""
    found = traced("assert pick(1) == 1\nassert pick(2) == 2\nassert pick(3) == 3", code)
    assert [case.arguments for case in found.cases] == [(1,), (3,)]


LIMITED = f"""
import os, resource
def pick(n):
    if resource.getrlimit(resource.RLIMIT_CPU)[0] <= {RUN_LIMITS.cpu_s}:
        os.kill(os.getpid(), SIGNAL)
    return n
"""
"""It is ended within the usual limits, and not within higher ones: as on a busy machine."""


@pytest.mark.parametrize("signal", [24, 9])
def test_a_test_that_a_busy_machine_ended_is_run_again_with_more_time(signal: int) -> None:
    found = traced("assert pick(1) == 1\nassert pick(2) == 2", LIMITED.replace("SIGNAL", str(signal)))
    assert (found.problem, found.left_out) == ("", ())
    assert [case.arguments for case in found.cases] == [(1,), (2,)]


@pytest.mark.parametrize("body", ["(n for n in items)", "map(int, items)", "range(1, 4)", "zip(items)"])
def test_what_is_lazy_is_a_list(body: str) -> None:
    found = traced("assert list(pick([1, 2, 3])) is not None", f"def pick(items):\n    return {body}")
    assert found.left_out == ("its result is not compared by equality",)
    found = traced("assert list(pick([1, 2, 3])) == list(pick([1, 2, 3]))", f"def pick(items):\n    return {body}")
    assert len(found.cases) == 1
    assert isinstance(found.cases[0].expected, list)


def test_a_set_a_tuple_and_a_large_number_are_kept() -> None:
    test = "assert pick(((1, 2), {3}, {'k': 2**70})) == (1, 2)"
    assert traced(test).cases == (TestCase((((1, 2), {3}, {"k": 2**70}), False), (1, 2), given=1),)


def test_a_test_of_a_solution_in_another_language_yields_its_literals() -> None:
    test = "def check(c):\n    assert candidate([1], 2) == [3]\n    assert candidate(x) == 2\n    assert candidate(1)\n"
    seed = SeedTest("s", "java", "", "addAll", test)
    assert literal_cases(seed).cases == (TestCase(([1], 2), [3]),)


def test_only_seeds_with_a_python_test_have_cases() -> None:
    row: dict[str, Any] = {"seed_id": "s", "language": "python", "code": "c", "entry_point": None}
    rows = [{**row, "tests": [("python", "t")]}, {**row, "tests": [("java", "t")]}, {**row, "tests": None}]
    assert seed_tests(rows) == [SeedTest("s", "python", "c", "", "t")]


def test_a_seed_that_names_no_entry_point_has_the_one_that_callers_call() -> None:
    code = "def helper(x):\n    return x\n\ndef total(xs):\n    return sum(map(helper, xs))\n"
    row = {"seed_id": "s", "language": "python", "code": code, "entry_point": None}
    [seed] = seed_tests([{**row, "tests": [("python", "assert total([1, 2]) == 3")]}])
    assert seed.entry_point == "total"
    assert traced(seed.test, code, seed.entry_point).cases == (TestCase(([1, 2],), 3),)


def test_a_python_test_may_have_a_line_where_the_solution_goes() -> None:
    row = {
        "seed_id": "s",
        "language": "python",
        "code": "def half(x):\n    return Fraction(x, 2)\n",
        "entry_point": None,
    }
    test = "from fractions import Fraction\n{{solution}}\nassert half(4) == 2\n"
    [seed] = seed_tests([{**row, "tests": [("python", test)]}])
    assert "solution" not in seed.test
    assert "it returns a value of the type Fraction" in traced(seed.test, seed.code, "half").problem
    [plain] = seed_tests([{**row, "tests": [("python", "{{solution}}\nassert half(4) == 2\n")]}])
    assert (plain.code, plain.test) == (row["code"], "assert half(4) == 2\n")


def test_a_test_that_holds_the_solution_is_named() -> None:
    code = "def total(xs):\n    return sum(xs)\n"
    found = traced(f"{code}assert total([1]) == 1\n", code, "total")
    assert found.problem.startswith("no test: the test defines the entry point itself")


def test_a_call_says_how_many_arguments_it_has() -> None:
    code = "def f(x, k=2, *, sep=',', known={}):\n    known[x] = k\n    return sep.join([str(x)] * k)\n"
    test = "assert f(1) == '1,1'\nassert f(2, sep='-') == '2-2'\nassert f(x=5, k=2) == '5,5'\nassert f(4) == '4,4'\n"
    found = traced(test, code, "f")
    assert [(case.arguments, case.given) for case in found.cases] == [
        ((1, 2, ",", {}), 1),
        ((2, 2, "-", {}), 3),
        ((5, 2, ",", {}), 2),
        ((4, 2, ",", {}), 1),
    ]
    assert {case.names for case in found.cases} == {("x", "k", "sep", "known")}


def test_a_call_whose_result_tells_whole_floats_from_integers_is_no_case() -> None:
    code = "def pick(a, b):\n    return isinstance(a, int) and a + b > 2 if b < 9 else [str(a), a / 2]\n"
    test = "\n".join(f"assert pick({call}) == pick({call})" for call in ("3, 1", "3.0, 1", "2.5, 1", "4.0, 9", "4, 9"))
    found = traced(f"{test}\n", code)
    assert [case.arguments for case in found.cases] == [(3, 1), (2.5, 1), (4, 9)]
    assert found.left_out == ("a result depends on chance, or on whether a number is an integer",)
