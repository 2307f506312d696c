"""Python programs, run with tests in the sandbox."""

from __future__ import annotations

from dataclasses import replace

import pytest

from synthcode.verification.benches import open_bench
from synthcode.verification.cases.case import Raises, TestCase, Untestable
from synthcode.verification.cases.outcome import Outcome, judge_cases, judge_program
from synthcode.verification.languages.tested import TestProgram
from synthcode.verification.running.programs import RUN_LIMITS, ProgramRunner

CASES = (TestCase(([3, 1],), [1, 3]), TestCase((None,), Raises("TypeError")), TestCase(([],), []))


def cases_of(code: str) -> Outcome:
    bench = open_bench("python")
    assert bench.language is not None
    assert isinstance(bench.runner, ProgramRunner)
    runner = replace(bench.runner, limits=replace(RUN_LIMITS, cpu_s=4))
    program = bench.language.with_cases(code, "sort_it", CASES)
    return judge_cases(CASES, program, runner.run([program.job])[0])


def own_test_of(code: str) -> Outcome:
    bench = open_bench("python")
    assert bench.language is not None
    assert bench.runner is not None
    job = bench.language.with_test(code, TestProgram("assert sort_it([2, 1]) == [1, 2]"), "sort_it")
    return judge_program(bench.runner.run([job])[0])


@pytest.mark.parametrize(
    "code",
    [
        "def sort_it(items):\n    return sorted(items)",
        "def sortIt(items):\n    return tuple(sorted(items))",
        "class Sorter:\n    @staticmethod\n    def sort_it(items):\n        print('x'); return sorted(items)",
        "class Sorter:\n    def sort_it(self, items, key=None):\n        return sorted(items)",
        "sort_it = lambda items: sorted(items)",
    ],
)
def test_a_right_program_passes_in_any_form(code: str) -> None:
    assert cases_of(code) == Outcome(3, 3, None, "")


@pytest.mark.parametrize(
    ("code", "reason", "detail"),
    [
        ("def sort_it(items):\n    return list(items)", "test_failed", "([3, 1],) -> [3, 1], expected [1, 3]"),
        ("import os\ndef sort_it(items):\n    os._exit(0)", "test_failed", "it ended before its tests did"),
        pytest.param("def sort_it(items):\n    while True: pass", "test_timeout", "", marks=pytest.mark.slow),
        ("def sort_it(items):\n    import os; os.kill(os.getpid(), 11)", "test_crash", ""),
    ],
)
def test_a_wrong_program_fails_with_its_first_message(code: str, reason: str, detail: str) -> None:
    outcome = cases_of(code)
    assert (outcome.reason, detail in outcome.detail.replace("([3, 1])", "([3, 1],)")) == (reason, True)


def test_a_program_that_needs_a_package_is_not_judged_where_it_is_missing() -> None:
    outcome = cases_of("import nothing_there\ndef sort_it(items): ...")
    assert (outcome.reason, outcome.passed, outcome.detail) == (None, 0, "it needs the package nothing_there")


def test_a_program_cannot_pass_by_ending_early_or_printing_the_last_line() -> None:
    assert own_test_of("def sort_it(items):\n    return sorted(items)").reason is None
    assert own_test_of("def sort_it(items):\n    return items").detail.startswith("AssertionError")
    assert own_test_of("import os\nos._exit(0)\ndef sort_it(items): ...").detail == "it ended before its tests did"
    assert (
        own_test_of("import sys\nprint(sys.stdin.read(), 'end')\nsys.exit(0)\ndef sort_it(x): ...").reason
        == "test_failed"
    )


def test_a_call_that_does_not_fit_is_untestable() -> None:
    with pytest.raises(Untestable, match="other arguments"):
        cases_of("def sort_it(items, key):\n    return 1")
