"""Pure functions over batches as tasks of a Ray cluster, in order, whatever happens to a node."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Any, ClassVar, Generic, Self, TypeVar

from synthcode.errors import InputError, WorkerError
from synthcode.execution.crew import apply_in_order
from synthcode.execution.executor import Cancellation, NeverCancelled, PoisonPolicy, default_workers, watched
from synthcode.execution.hosting import Hosted
from synthcode.execution.ray.hosts import hosting
from synthcode.execution.ray.nodes import unable
from synthcode.execution.ray.tasks import Lost, apply, apply_directly
from synthcode.execution.threads import ThreadExecutor
from synthcode.execution.worker import NotTakenError, WorkerLostError
from synthcode.extras import install_line
from synthcode.sanitize import one_line

Batch = TypeVar("Batch")
Result = TypeVar("Result")
Item = TypeVar("Item")

MOST_LOST_TASKS = 5
"""Times that the cluster may lose the task of one batch: nodes die and machines are taken away."""
LOST_TASK_PAUSE_S = 1.0
"""After each: the cluster needs a moment to notice that a node is dead."""
MOST_AT_A_TIME = 512
"""Batches: each has a thread here that waits for it."""
_POLL_S = 0.5
_ANSWER_S = 10.0
_SHOWN_CHARACTERS = 200


class RayExecutor:
    """Works on the nodes of a Ray cluster; what shares memory stays on this machine.

    ``map`` is for functions that a batch may crash: a task applies the function in a process of its own, so that a
    batch that kills it is known from a node that died. The first is cut until the row is found, the second only runs
    elsewhere.

    Parameters
    ----------
    address
        As for ``ray.init``: ``auto``, ``HOST:PORT`` or ``ray://HOST:PORT``. Empty takes the cluster that
        ``RAY_ADDRESS`` or this machine knows, or starts one here.
    workers
        Batches in work at a time. Default: the processors of the cluster.
    cancellation
        Ends the work between two results.
    """

    def __init__(self, address: str = "", workers: int | None = None, cancellation: Cancellation | None = None) -> None:
        self._address, self._workers = address, workers
        self._cancellation = cancellation or NeverCancelled()
        self._threads = ThreadExecutor(min(workers or default_workers(), default_workers()), cancellation)
        self._cluster: _Cluster | None = None

    @classmethod
    def connect(cls, address: str, workers: int | None, cancellation: Cancellation | None) -> Self:
        """Return an executor for a cluster; see the class."""
        return cls(address, workers, cancellation)

    @property
    def workers(self) -> int:
        """The number of batches that are worked on at a time."""
        return min(MOST_AT_A_TIME, self._workers or self._connected().processors)

    def map(
        self,
        function: Callable[[Batch], Result],
        batches: Iterable[Batch],
        policy: PoisonPolicy[Batch, Result],
        on_result: Callable[[Result], object] | None = None,
    ) -> Iterator[Result]:
        """Yield ``function(batch)`` for every batch, in the order of the batches."""
        cluster = self._connected()
        start = partial(_RayWorker[Batch, Result], cluster, cluster.task, function, secrets.token_hex(8))
        return watched(apply_in_order(start, batches, self.workers, policy), self._cancellation, on_result)

    def map_shared(self, function: Callable[[Batch], Result], batches: Iterable[Batch], /) -> Iterator[Result]:
        """Yield ``function(batch)`` for every batch, in threads of this machine."""
        return self._threads.map_shared(function, batches)

    def map_distributed(self, function: Callable[[Batch], Result], batches: Iterable[Batch], /) -> Iterator[Result]:
        """Yield ``function(batch)`` for every batch, from the processes of Ray itself."""
        cluster = self._connected()
        start = partial(_RayWorker[Batch, Result], cluster, cluster.direct_task, function, "")
        whole: PoisonPolicy[Batch, Result] = PoisonPolicy(bisect=lambda batch: [batch], on_lost_row=_raise_lost)
        return watched(apply_in_order(start, batches, self.workers, whole), self._cancellation)

    def hosting(self, factory: Callable[[], object], gpus: int) -> AbstractContextManager[Sequence[Hosted]]:
        """Keep an object on each node, or for each group of GPUs, while the block runs."""
        return hosting(self._connected().ray, factory, gpus)

    def cancellable(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the items until a stop is requested."""
        return self._threads.cancellable(items)

    def close(self) -> None:
        """Leave the cluster, and end one that was started here."""
        self._threads.close()
        if self._cluster is not None:
            self._cluster.leave()
            self._cluster = None

    def _connected(self) -> _Cluster:
        if self._cluster is None:
            self._cluster = _Cluster.join(self._address, self._workers)
        return self._cluster


@dataclass(frozen=True)
class _Cluster:
    """A connection to a cluster."""

    ray: Any
    processors: int
    task: Any
    """The remote function that works in a process of its own."""
    direct_task: Any
    """The remote function that works in the process of Ray."""

    @classmethod
    def join(cls, address: str, workers: int | None) -> _Cluster:
        """Connect to a cluster, or start one on this machine.

        Raises
        ------
        InputError
            If Ray is not installed, or no cluster answers at the address.
        """
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray would report to its makers
        kept = signal.getsignal(signal.SIGTERM)
        try:
            import ray

            _require_listener(address)
            ray.init(**_settings(address, workers))
        except ImportError as problem:
            raise InputError(
                "the executor ray needs the package ray, which is not installed", install_line("ray")
            ) from problem
        except Exception as problem:  # Ray raises RuntimeError, ConnectionError, ValueError and its own
            said = one_line(str(problem), _SHOWN_CHARACTERS)
            raise InputError(
                f"no Ray cluster at {address or 'this machine'}: {said}",
                "start one with: ray start --head, and give its address as --executor ray:HOST:PORT",
            ) from problem
        finally:
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGTERM, kept)  # Ray would end the command at once
        # A lost task is sent again here, where it is known why; spread, so that all nodes share the memory.
        remote = ray.remote(num_cpus=1, max_retries=0, retry_exceptions=False, scheduling_strategy="SPREAD")
        processors = max(1, int(ray.cluster_resources().get("CPU", 1)))
        return cls(ray, processors, remote(apply), remote(apply_directly))

    def leave(self) -> None:
        self.ray.shutdown()


def _require_listener(address: str) -> None:
    """Refuse an address where nothing listens: Ray would try for minutes.

    Raises
    ------
    OSError
        If nothing listens there.
    """
    host, has_port, port = address.rpartition("://")[2].rpartition(":")
    if has_port and port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), _ANSWER_S).close()


def _settings(address: str, workers: int | None) -> dict[str, Any]:
    """Return the arguments of ``ray.init``; processors are given only to a cluster that it starts itself."""
    quiet = {"log_to_driver": False, "logging_level": "ERROR", "configure_logging": False}
    if address:
        return {**quiet, "address": address}
    if os.environ.get("RAY_ADDRESS"):
        return quiet
    return {**quiet, "num_cpus": workers or default_workers(), "include_dashboard": False}


class _RayWorker(Generic[Batch, Result]):
    """Hands batches to the cluster, one at a time."""

    def __init__(self, cluster: _Cluster, task: Any, function: Callable[[Batch], Result], key: str) -> None:
        self._cluster, self._task, self._function, self._key = cluster, task, function, key
        self._is_killed = False

    is_alive: ClassVar[bool] = True

    def apply(self, batch: Batch) -> Result:
        """Return the function's result; a task that is lost with its node runs again."""
        errors = self._cluster.ray.exceptions
        for _ in range(MOST_LOST_TASKS):
            if self._is_killed:
                raise NotTakenError("the command stops")
            running = self._task.remote(self._key, self._function, batch, version("synthcode"))
            try:
                result: Result = _result(self._wait(running))
                return result
            except errors.RayTaskError as problem:
                raise unable(problem, version("synthcode")) from problem
            except errors.RayError as problem:
                ending = type(problem).__name__
                time.sleep(LOST_TASK_PAUSE_S)
        raise WorkerError(
            f"the Ray cluster lost the task of one batch {MOST_LOST_TASKS} times ({ending})",
            "look at the nodes with: ray status; then run the command again: it goes on",
        )

    def _wait(self, running: Any) -> Any:
        """Wait for the task in small steps: a thread that waits in Ray's own code cannot be ended."""
        while not self._is_killed:
            done, _ = self._cluster.ray.wait([running], timeout=_POLL_S)
            if done:
                return self._cluster.ray.get(running)
        raise NotTakenError("the command stops")

    def kill(self) -> None:
        """Wait no longer.

        The task is left to end by itself, or with the connection: Ray 2.60 aborts this process if a task completes
        while it is being cancelled ("Tried to complete task that was not pending").
        """
        self._is_killed = True

    def stop(self) -> None:
        """Do nothing: the cluster keeps its processes."""


def _result(outcome: tuple[bool, Any]) -> Any:
    is_result, value = outcome
    if isinstance(value, Lost):
        raise WorkerLostError(value.how, value.cause) if value.was_taken else NotTakenError(value.how)
    if is_result:
        return value
    raise value


def _raise_lost(_batch: Any, reason: str) -> Any:
    raise WorkerError(
        f"a node of the Ray cluster did not survive a batch ({reason})",
        "look at the nodes with: ray status; then run the command again: it goes on",
    )
