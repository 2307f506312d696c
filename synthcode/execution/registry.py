"""The executors by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge

from synthcode.execution.executor import Cancellation, Executor, default_workers
from synthcode.plugins import EXECUTORS


@dataclass(frozen=True)
class ExecutorConfig:
    """Where the work of stages runs. It changes no output."""

    name: str = "processes"
    """``processes``, ``serial``, ``threads``, or a plug-in's. Only ``processes`` survives rows that crash a parser."""
    workers: Annotated[int, Ge(1)] | None = None
    """The number of batches that are worked on at a time; None takes one for each core."""


def open_executor(config: ExecutorConfig, cancellation: Cancellation | None = None) -> Executor:
    """Return the executor that a recipe names.

    Raises
    ------
    InputError
        If there is no executor of that name.
    """
    executor: Executor = EXECUTORS.load_factory(config.name)(config.workers or default_workers(), cancellation)
    return executor
