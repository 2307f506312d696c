"""What hostile programs try, in any language: each costs itself only."""

from __future__ import annotations

from collections.abc import Mapping

from synthcode.verification.cases.case import TestCase
from tests.support.tested_programs import TestedPrograms

CASES = (TestCase((2,), 4), TestCase((3,), 9))


def assert_each_costs_itself_only(
    programs: TestedPrograms, good: str, hostile: Mapping[str, tuple[str, str]], *, endless: bool = False
) -> None:
    """Run each hostile program between good ones.

    Parameters
    ----------
    programs
        Runs them.
    good
        Squares a number, by the name ``square``.
    hostile
        Name -> a program that does something else, and the reasons for which it may fail, with ``|`` between them.
    endless
        They go on until a limit ends them. On a busy machine the limit of time may come before any other.
    """
    names = list(hostile)
    codes = [code for name in names for code in (good, hostile[name][0])] + [good]
    outcomes = programs.judge_cases("square", [(code, CASES) for code in codes])
    assert [outcome.reason for outcome in outcomes[0::2]] == [None] * (len(names) + 1)
    for name, outcome in zip(names, outcomes[1::2], strict=True):
        expected = [*hostile[name][1].split("|"), *["test_timeout"] * endless]
        assert str(outcome.reason) in expected, (name, outcome)
