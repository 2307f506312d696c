"""Which level a translation reaches, and what it is rejected for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from synthcode.errors import SandboxFailed
from synthcode.verification.benches import TestBench, open_bench
from synthcode.verification.cases.case import TestCase
from synthcode.verification.languages.tested import TestProgram
from synthcode.verification.running.job import Job, Ran
from synthcode.verification.running.programs import RUN_LIMITS, ProgramRunner
from synthcode.verification.seed_cases import SeedCases
from synthcode.verification.verify import Candidate, Verified, verify

SEED = (TestCase((1,), 2), TestCase((5,), 6))
MORE = (*SEED, TestCase((7,), 8, "more"))
OWN = TestProgram("assert inc(1) == 2\nassert inc(5) == 6\n")
RIGHT = "def inc(n):\n    return n + 1\n"
WRONG = "def inc(n):\n    return n - 1\n"
HARD_CODED = "def inc(n):\n    return {1: 2, 5: 6}.get(n)\n"
TWO_ARGUMENTS = "def inc(n, by):\n    return n + by\n"
CASES_ONLY = "def inc(n):\n    return n + 1 if __name__ == 'solution' else 0\n"
"""Passes the harness of cases, but not that of the seed's own test."""
OWN_ONLY = "def inc(n):\n    return n + 1 if __name__ != 'solution' else 0\n"


def verified(
    code: str,
    test: TestProgram | None = None,
    cases: Sequence[TestCase] = (),
    problem: str = "no test",
    cpu_s: int = RUN_LIMITS.cpu_s,
) -> Verified:
    candidate = Candidate(code, "inc", "syntax", test, SeedCases(tuple(cases), "" if cases else problem))
    [verdict] = verify("python", [candidate], python_bench(cpu_s))
    assert verdict.seconds >= 0
    return verdict._replace(seconds=0.0)


def python_bench(cpu_s: int = RUN_LIMITS.cpu_s) -> TestBench:
    bench = open_bench("python")
    assert isinstance(bench.runner, ProgramRunner)
    return replace(bench, runner=replace(bench.runner, limits=replace(RUN_LIMITS, cpu_s=cpu_s)))


@pytest.mark.parametrize(("test", "cases", "tests"), [(OWN, (), 1), (None, SEED, 2), (None, MORE, 3), (OWN, MORE, 4)])
def test_a_right_program_is_tested_by_whatever_there_is(
    test: TestProgram | None, cases: Sequence[TestCase], tests: int
) -> None:
    more = sum(case.origin == "more" for case in cases)
    own = tests - more
    assert verified(RIGHT, test, cases) == Verified("tested", own, own, more_tests=more, more_passed=more)


@pytest.mark.parametrize(
    ("test", "cases", "tests", "detail"),
    [
        (OWN, (), 1, "AssertionError"),
        (None, SEED, 2, "(1) -> 0, expected 2"),
        (OWN, MORE, 1, "AssertionError"),
    ],
)
def test_a_wrong_program_is_rejected(
    test: TestProgram | None, cases: Sequence[TestCase], tests: int, detail: str
) -> None:
    found = verified(WRONG, test, cases)
    assert found[:4] == ("syntax", tests, 0, "test_failed")
    assert detail in found.detail


@pytest.mark.slow
def test_a_program_that_is_hard_coded_to_its_tests_differs_on_further_inputs() -> None:
    assert verified(HARD_CODED, OWN, SEED).level == "tested"
    for own in (OWN, None):
        found = verified(HARD_CODED, own, MORE)
        assert (found.level, found.reason, found.more_tests, found.more_passed) == ("tested", None, 1, 0)
        assert found.more_reason == "test_failed"
        assert found.more_detail == "further input: (7) -> None, expected 8"


def test_cases_that_fail_a_program_which_passes_its_own_test_neither_reject_nor_raise_it() -> None:
    found = verified(OWN_ONLY, OWN, MORE)
    assert found[:4] == ("syntax", 1, 1, None)
    assert found.detail.startswith("disputed: its own test passes, but the cases of its Python test do not (")
    assert verified(OWN_ONLY, None, MORE).reason == "test_failed"


def test_a_program_on_which_two_tests_disagree_keeps_its_level() -> None:
    found = verified(CASES_ONLY, OWN, SEED)
    assert found[:4] == ("syntax", 1, 0, None)
    assert found.detail.startswith("disputed: its own test fails (AssertionError")


def test_nothing_to_test_keeps_the_level_and_says_why() -> None:
    assert verified(RIGHT) == Verified("syntax", 0, 0, None, "no test")
    assert verified(TWO_ARGUMENTS, None, SEED)[2:5] == (0, None, "untestable: it takes other arguments than 1")
    packages = TestProgram("assert inc(1) == 2", needs=("left-pad",))
    assert verified(RIGHT, packages).detail == "untestable: its own test needs the package left-pad"
    assert verified(RIGHT, packages, SEED) == Verified("tested", 2, 2)


def test_a_test_that_the_seed_itself_fails_rejects_nothing() -> None:
    found = verified(WRONG, OWN, problem="bad_test: the seed's own solution fails it (AssertionError)")
    assert found[:4] == ("syntax", 1, 0, None)
    assert found.detail.startswith("bad_test: the seed's own solution fails it (AssertionError); its own test fails")


def test_a_missing_toolchain_keeps_the_level() -> None:
    bench = TestBench(None, None, problem="kotlinc is not on the PATH")
    candidate = Candidate(RIGHT, "inc", "syntax", OWN, SeedCases(SEED))
    assert verify("python", [candidate], bench) == [
        Verified("syntax", 0, 0, None, "no toolchain: kotlinc is not on the PATH")
    ]
    [broken] = verify("python", [candidate], replace(bench, is_broken=True))
    assert broken.detail == "toolchain broken: kotlinc is not on the PATH"


class Flaky:
    """A runner that gives another answer than the one it asks, the first time: to the first job or to the control."""

    def __init__(self, bench: TestBench, answer: Ran, *, always: bool = False, is_control: bool = False) -> None:
        self._is_control = is_control
        assert bench.runner is not None
        self._runner, self._answer, self._always, self.calls = bench.runner, answer, always, 0
        self.patience = 1.0

    def run(self, jobs: Sequence[Job]) -> list[Ran]:
        self.calls += 1
        if self._always:
            return [self._answer] * len(jobs)
        ran = self._runner.run(jobs)
        if self.calls > 1:
            return ran
        return [*ran[:-1], self._answer] if self._is_control else [self._answer, *ran[1:]]

    def with_patience(self, factor: float) -> Flaky:
        self.patience = factor
        return self


@pytest.mark.parametrize("is_control", [False, True])
@pytest.mark.parametrize("status", ["timed_out", "crashed"])
def test_an_end_that_a_busy_machine_can_cause_is_tried_again(status: str, is_control: bool) -> None:
    bench = python_bench()
    runner = Flaky(bench, Ran(status, (), "", 1.0), is_control=is_control)  # type: ignore[arg-type]
    candidate = Candidate(RIGHT, "inc", "syntax", OWN, SeedCases())
    assert verify("python", [candidate], replace(bench, runner=runner))[0].level == "tested"
    assert (runner.calls, runner.patience) == (2, 4)


@pytest.mark.slow
def test_an_endless_program_is_rejected() -> None:
    endless = verified("def inc(n):\n    while True: pass\n", OWN, cpu_s=1)
    assert endless[:4] == ("syntax", 1, 0, "test_timeout")


def test_a_test_that_does_not_fit_proves_nothing() -> None:
    bench = python_bench()
    runner = Flaky(bench, Ran("misfit", (), "no package testify", 1.0))
    candidate = Candidate(WRONG, "inc", "syntax", OWN, SeedCases(problem="no test"))
    [verdict] = verify("python", [candidate], replace(bench, runner=runner))
    assert verdict[:5] == ("syntax", 0, 0, None, "untestable: no package testify")


def test_a_toolchain_that_stops_working_rejects_nothing() -> None:
    bench = python_bench()
    runner = Flaky(bench, Ran("failed", (), "exec format error", 1.0), always=True)
    candidate = Candidate(RIGHT, "inc", "syntax", OWN, SeedCases())
    with pytest.raises(SandboxFailed, match=r"python3 does not work any more: .*exec format error"):
        verify("python", [candidate], replace(bench, runner=runner))


def test_details_hold_no_addresses() -> None:
    code = "class Odd: pass\ndef inc(n):\n    raise ValueError(object())\n"
    assert "object at 0x...>" in verified(code, OWN).detail
