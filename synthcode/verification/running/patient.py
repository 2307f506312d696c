"""Programs that a busy machine may have ended are run once more, by themselves and with more time."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from synthcode.verification.running.job import Job, Ran, Runner

MAY_BE_THE_LOAD = frozenset({"timed_out", "crashed"})
"""Ends that a busy machine can cause."""
PATIENCE = 4
"""A program that is run once more has so many times the wall clock."""
_alone = threading.Lock()


def run_alone(runner: Runner, job: Job) -> Ran:
    """Run a job while no other one is run so."""
    with _alone:
        return runner.run([job])[0]


def with_patience(runner: Runner, jobs: Sequence[Job], runs: Sequence[Ran]) -> list[Ran]:
    """Return what came of jobs; those that a busy machine may have ended are run once more, with more wall clock.

    What used its seconds of the processor is not: it would again.

    Parameters
    ----------
    runner
        Has run the jobs.
    jobs, runs
        The jobs, and what came of each.
    """
    patient = runner.with_patience(PATIENCE)
    return [
        run_alone(patient, job) if ran.status in MAY_BE_THE_LOAD and not ran.used_up else ran
        for job, ran in zip(jobs, runs, strict=True)
    ]


@dataclass(frozen=True)
class PatientRunner:
    """Runs jobs, and those again that a busy machine may have ended.

    Parameters
    ----------
    runner
        Runs all jobs.
    patient
        Runs those again: with more time.
    """

    runner: Runner
    patient: Runner

    def run(self, jobs: Sequence[Job]) -> list[Ran]:
        """Run jobs; see ``Runner.run``."""
        return [
            run_alone(self.patient, job) if ran.status in MAY_BE_THE_LOAD else ran
            for job, ran in zip(jobs, self.runner.run(jobs), strict=True)
        ]

    def with_patience(self, factor: float) -> Self:
        """Return a runner with so many times the wall clock; see ``Runner.with_patience``."""
        return replace(self, patient=self.patient.with_patience(factor))
