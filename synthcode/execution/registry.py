"""The executors by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge

from synthcode.errors import InputError
from synthcode.execution.executor import Cancellation, Executor, default_workers
from synthcode.plugins import EXECUTORS


@dataclass(frozen=True)
class ExecutorConfig:
    """Where the work of stages runs. It changes no output."""

    name: str = "processes"
    """``processes``, ``serial``, ``threads``, ``ray``, or a plug-in's. Only ``processes`` and ``ray`` survive rows that
    crash a parser. ``ray:ADDRESS`` names a running cluster, such as ``ray:10.0.0.1:6379``."""
    workers: Annotated[int, Ge(1)] | None = None
    """The number of batches that are worked on at a time; None takes one for each core, of all nodes for ``ray``."""


def require_executor(name: str) -> None:
    """Refuse an executor that does not exist.

    Raises
    ------
    InputError
        If there is no executor of that name.
    """
    EXECUTORS.find(name.partition(":")[0])


def open_executor(config: ExecutorConfig, cancellation: Cancellation | None = None) -> Executor:
    """Return the executor that a recipe names.

    A class of executors for other machines has a class method ``connect(address, workers, cancellation)``, where
    ``workers`` may be None; others are called with the number of workers and the cancellation.

    Raises
    ------
    InputError
        If there is no executor of that name, or it takes no address.
    """
    name, has_address, address = config.name.partition(":")
    factory = EXECUTORS.load_factory(name)
    connect = getattr(factory, "connect", None)
    if has_address and (connect is None or not address):
        problem = f"the executor {name} takes no address" if connect is None else f"{config.name} has no address"
        raise InputError(problem, f"give it as {name}" if connect is None else f"give {name}, or {name}:HOST:PORT")
    executor: Executor
    if connect is not None:
        executor = connect(address, config.workers, cancellation)
    else:
        executor = factory(config.workers or default_workers(), cancellation)
    return executor
