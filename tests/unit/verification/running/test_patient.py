"""Programs that a busy machine may have ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from synthcode.verification.cases.case import TestCase
from synthcode.verification.languages.table import TESTED_LANGUAGES
from synthcode.verification.running.job import Job, Ran, RunStatus
from synthcode.verification.running.patient import PatientRunner, with_patience
from synthcode.verification.sandboxes.sandbox import Limits
from tests.support.programs.benches import runner_of
from tests.support.programs.tested_programs import TestedPrograms

ENDLESS = {
    "python": "def add(a, b):\n    while True: pass",
    "java": "class Adder { static int add(int a, int b) { int c = 0; while (b >= 0) c++; return c; } }",
    "javascript": "function add(a, b) { for (;;); }",
    "go": "func add(a int, b int) int { for { } }",
}


@dataclass
class Ending:
    """Ends each job in the way that is its content."""

    seconds: float
    ran: list[str] = field(default_factory=list)

    def run(self, jobs: Sequence[Job]) -> list[Ran]:
        self.ran += [job.main for job in jobs]
        ends: dict[str, RunStatus] = {
            "slow": "timed_out",
            "endless": "timed_out",
            "heavy": "crashed",
            "wrong": "failed",
            "right": "completed",
        }
        return [Ran(ends[job.main], (), "", self.seconds, used_up=job.main == "endless") for job in jobs]

    def with_patience(self, factor: float) -> Ending:
        return Ending(factor * self.seconds, self.ran)


def test_only_what_the_load_may_have_ended_is_run_again() -> None:
    usual, patient = Ending(1), Ending(2)
    ran = PatientRunner(usual, patient).run([Job({}, main) for main in ("slow", "wrong", "right", "heavy")])
    assert patient.ran == ["slow", "heavy"]
    assert [one.seconds for one in ran] == [2, 1, 1, 2]


def test_it_is_run_again_with_more_time_by_the_wall_clock() -> None:
    runner = Ending(3)
    jobs = [Job({}, main) for main in ("right", "slow", "wrong", "endless")]
    ran = with_patience(runner, jobs, runner.run(jobs))
    assert runner.ran == ["right", "slow", "wrong", "endless", "slow"]
    assert [one.seconds for one in ran] == [3, 12, 3, 3]
    assert Limits(cpu_s=2, wall_s=5).with_patience(4) == Limits(cpu_s=2, wall_s=20)


@pytest.mark.toolchains
@pytest.mark.parametrize("language", TESTED_LANGUAGES)
def test_every_runner_can_be_patient(language: str) -> None:
    def seconds(runner: object) -> float:
        inner = getattr(runner, "runner", None) or getattr(runner, "programs", None)
        return seconds(inner) if inner is not None else runner.limits.wall_s  # type: ignore[attr-defined]

    runner = runner_of(language)
    assert seconds(runner.with_patience(4)) == 4 * seconds(runner) == 120


@pytest.mark.toolchains
@pytest.mark.parametrize("language", ENDLESS)
def test_an_endless_program_is_not_run_again(language: str) -> None:
    programs = TestedPrograms(language, 1, is_patient=False)
    runner = programs.runner.with_patience(60)
    job = programs.language.with_cases(ENDLESS[language], "add", [TestCase((2, 3), 5)]).job
    [ran] = runner.run([job])
    assert (ran.status, ran.used_up) == ("timed_out", True)
