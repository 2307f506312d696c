"""Several programs at once: a runner's jobs on all cores."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Self

from synthcode.verification.running.job import Job, Ran, Runner

FILLING_A_CORE = 2
"""Sandboxes at the same time that keep a core busy: while it starts and ends, a sandbox waits for the kernel."""


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class ParallelRunner:
    """Runs the jobs of another runner, one on each core; the threads only wait for sandboxes.

    Parameters
    ----------
    runner
        Runs each job in a sandbox of its own.
    workers
        How many run at the same time.
    """

    runner: Runner
    workers: int = field(default_factory=available_cores)

    def run(self, jobs: Sequence[Job]) -> list[Ran]:
        """Run jobs; see ``Runner.run``."""
        with ThreadPoolExecutor(self.workers) as pool:
            return [ran for [ran] in pool.map(lambda job: self.runner.run([job]), jobs)]

    def with_patience(self, factor: float) -> Self:
        """Return a runner with so many times the wall clock; see ``Runner.with_patience``."""
        return replace(self, runner=self.runner.with_patience(factor))
