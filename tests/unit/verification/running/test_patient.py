"""Programs that a busy machine may have ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from synthcode.verification.running.job import Job, Ran, RunStatus
from synthcode.verification.running.patient import PatientRunner


@dataclass
class Ending:
    """Ends each job in the way that is its content."""

    seconds: float
    ran: list[str] = field(default_factory=list)

    def run(self, jobs: Sequence[Job]) -> list[Ran]:
        self.ran += [job.main for job in jobs]
        ends: dict[str, RunStatus] = {"slow": "timed_out", "heavy": "crashed", "wrong": "failed", "right": "completed"}
        return [Ran(ends[job.main], (), "", self.seconds) for job in jobs]


def test_only_what_the_load_may_have_ended_is_run_again() -> None:
    usual, patient = Ending(1), Ending(2)
    ran = PatientRunner(usual, patient).run([Job({}, main) for main in ("slow", "wrong", "right", "heavy")])
    assert patient.ran == ["slow", "heavy"]
    assert [one.seconds for one in ran] == [2, 1, 1, 2]
