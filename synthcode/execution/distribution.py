"""Where work is done that no batch can crash: on other machines if an executor has some, else in threads here."""

from __future__ import annotations

from synthcode.execution.executor import Distributed, Executor, default_workers
from synthcode.execution.threads import Apply


def elsewhere(executor: Executor) -> Apply | None:
    """Return what works on other machines, if the executor has some: functions and batches must be picklable."""
    return executor.map_distributed if isinstance(executor, Distributed) else None


def elsewhere_if_faster(executor: Executor) -> Apply | None:
    """Return what works on other machines, if these have more processors than this one.

    For work in compiled code that takes little longer than to send what it needs: on as many processors as here, a
    search for near-duplicates takes 1.4 times as long as in threads.
    """
    return elsewhere(executor) if executor.workers > default_workers() else None


def anywhere(executor: Executor) -> Apply:
    """Return what works on other machines if the executor has some, else in threads of this one."""
    return elsewhere(executor) or executor.map_shared
