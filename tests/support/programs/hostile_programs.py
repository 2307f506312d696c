"""What hostile programs try, in any language: each costs itself only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from synthcode.verification.cases.case import TestCase
from synthcode.verification.running.job import Job, Ran, Runner
from tests.support.programs.tested_programs import TestedPrograms

CASES = (TestCase((2,), 4), TestCase((3,), 9))


def run_hostile_and_good(runner: Runner, jobs: Sequence[Job], patient: Runner) -> list[Ran]:
    """Run jobs, a hostile one and a good one in turn; another runner runs good ones again that ran out of time."""
    return [
        patient.run([job])[0] if place % 2 and ran.status == "timed_out" else ran
        for place, (job, ran) in enumerate(zip(jobs, runner.run(jobs), strict=True))
    ]


def assert_each_costs_itself_only(
    language: str, good: str, hostile: Mapping[str, tuple[str, str]], *, endless_s: int = 0
) -> None:
    """Run each hostile program between good ones.

    Parameters
    ----------
    language
        Of all of them.
    good
        Squares a number, by the name ``square``.
    hostile
        Name -> a program that does something else, and the reasons for which it may fail, with ``|`` between them.
    endless_s
        Above 0, they go on until a limit ends them: so many seconds of the processor. On a busy machine the limit of
        time may come before any other, also for a good program.
    """
    patient = TestedPrograms(language)
    programs = TestedPrograms(language, endless_s, is_patient=False) if endless_s else patient
    names = list(hostile)
    codes = [code for name in names for code in (good, hostile[name][0])] + [good]
    outcomes = programs.judge_cases("square", [(code, CASES) for code in codes])
    good_ones = [
        patient.judge_cases("square", [(good, CASES)])[0] if endless_s and one.reason == "test_timeout" else one
        for one in outcomes[0::2]
    ]
    assert [outcome.reason for outcome in good_ones] == [None] * (len(names) + 1)
    for name, outcome in zip(names, outcomes[1::2], strict=True):
        expected = [*hostile[name][1].split("|"), *["test_timeout"] * bool(endless_s)]
        assert str(outcome.reason) in expected, (name, outcome)
