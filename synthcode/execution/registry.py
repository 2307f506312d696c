"""The executors by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Protocol

from annotated_types import Ge

from synthcode.errors import InputError, did_you_mean
from synthcode.execution.executor import Cancellation, Executor, default_workers
from synthcode.execution.processes import ProcessExecutor
from synthcode.execution.serial import SerialExecutor
from synthcode.execution.threads import ThreadExecutor


class ExecutorFactory(Protocol):
    """Makes an executor with a number of workers."""

    def __call__(self, workers: int, cancellation: Cancellation | None = None) -> Executor:
        """Return an executor whose work ends where ``cancellation`` is set."""


EXECUTORS: dict[str, ExecutorFactory] = {
    "processes": ProcessExecutor,
    "serial": SerialExecutor,
    "threads": ThreadExecutor,
}


@dataclass(frozen=True)
class ExecutorConfig:
    """Where the work of stages runs. It changes no output."""

    name: str = "processes"
    """``processes``, ``serial`` or ``threads``. Only ``processes`` survives rows that crash a parser."""
    workers: Annotated[int, Ge(1)] | None = None
    """The number of batches that are worked on at a time; None takes one for each core."""


def open_executor(config: ExecutorConfig, cancellation: Cancellation | None = None) -> Executor:
    """Return the executor that a recipe names.

    Raises
    ------
    InputError
        If there is no executor of that name.
    """
    factory = EXECUTORS.get(config.name)
    if factory is None:
        raise InputError(
            f"no executor {config.name!r}{did_you_mean(config.name, EXECUTORS)}", f"use one of: {', '.join(EXECUTORS)}"
        )
    return factory(config.workers or default_workers(), cancellation)
