"""Where work is done that no batch can crash: on other machines if an executor has some, else in threads here."""

from __future__ import annotations

from synthcode.execution.executor import Distributed, Executor
from synthcode.execution.threads import Apply


def elsewhere(executor: Executor) -> Apply | None:
    """Return what works on other machines, if the executor has some: functions and batches must be picklable."""
    return executor.map_distributed if isinstance(executor, Distributed) else None


def anywhere(executor: Executor) -> Apply:
    """Return what works on other machines if the executor has some, else in threads of this one."""
    return elsewhere(executor) or executor.map_shared
