"""What the tasks of a Ray cluster do on a node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from synthcode.execution.processes import BATCH_DEADLINE_S
from synthcode.execution.ray.nodes import require_version
from synthcode.execution.worker import WALL_FACTOR, NotTakenError, Worker, WorkerLostError, spawner


class Lost(NamedTuple):
    """A batch that did not come back from the process that worked on it."""

    how: str
    cause: Any
    was_taken: bool


class _OfNode:
    """The process that applies a function to the batches of this process of Ray, from one task to the next."""

    key = ""
    worker: Worker[Any, Any] | None = None

    @classmethod
    def worker_for(cls, key: str, function: Callable[[Any], Any]) -> Worker[Any, Any]:
        if cls.worker is not None and (cls.key != key or not cls.worker.is_alive):
            cls.forget()
        if cls.worker is None:
            cls.worker = Worker(spawner(), function, BATCH_DEADLINE_S, WALL_FACTOR * BATCH_DEADLINE_S)
            cls.key = key
        return cls.worker

    @classmethod
    def forget(cls) -> None:
        if cls.worker is not None:
            cls.worker.kill()
            cls.worker = None


def apply(key: str, function: Callable[[Any], Any], batch: Any, expected_version: str) -> tuple[bool, Any]:
    """Apply a function, which has a key, to a batch on a node: in a process that the batch may kill.

    Returns
    -------
    tuple of bool and object
        Whether there is a result; and this, or the function's error, or ``Lost``.

    Raises
    ------
    WrongVersionError
        If the node has another version of synthcode.
    """
    require_version(expected_version)
    try:
        return True, _OfNode.worker_for(key, function).apply(batch)
    except WorkerLostError as loss:
        _OfNode.forget()
        return False, Lost(str(loss), loss.cause, was_taken=not isinstance(loss, NotTakenError))
    except Exception as problem:
        return False, problem


def apply_directly(_key: str, function: Callable[[Any], Any], batch: Any, expected_version: str) -> tuple[bool, Any]:
    """Apply a function that no batch can crash, in this process of Ray; see ``apply``."""
    require_version(expected_version)
    try:
        return True, function(batch)
    except Exception as problem:
        return False, problem
