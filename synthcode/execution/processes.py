"""Pure functions over batches in worker processes, in order, whatever happens to a worker."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial
from typing import TypeVar

from synthcode.execution.crew import apply_in_order
from synthcode.execution.executor import Cancellation, NeverCancelled, PoisonPolicy, default_workers, watched
from synthcode.execution.threads import ThreadExecutor
from synthcode.execution.worker import WALL_FACTOR, Worker, forkserver

Batch = TypeVar("Batch")
Result = TypeVar("Result")
Item = TypeVar("Item")

BATCH_DEADLINE_S = 120.0
"""Of the processor. Every parse has its own deadline of seconds: a batch that takes longer hangs in native code."""


class ProcessExecutor:
    """Works in processes, which a batch may kill: the rows that do are found and rejected, one by one.

    Parameters
    ----------
    workers
        The number of processes, and of threads for what shares memory. Default: one for each core.
    cancellation
        Ends the work between two results.
    """

    def __init__(self, workers: int | None = None, cancellation: Cancellation | None = None) -> None:
        self.workers = workers or default_workers()
        self._cancellation = cancellation or NeverCancelled()
        self._threads = ThreadExecutor(self.workers, cancellation)

    def map(
        self,
        function: Callable[[Batch], Result],
        batches: Iterable[Batch],
        policy: PoisonPolicy[Batch, Result],
        on_result: Callable[[Result], object] | None = None,
    ) -> Iterator[Result]:
        """Yield ``function(batch)`` for every batch; see ``map_batches``."""
        return watched(map_batches(function, batches, self.workers, policy), self._cancellation, on_result)

    def map_shared(self, function: Callable[[Batch], Result], batches: Iterable[Batch], /) -> Iterator[Result]:
        """Yield ``function(batch)`` for every batch, in threads."""
        return self._threads.map_shared(function, batches)

    def cancellable(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the items until a stop is requested."""
        return self._threads.cancellable(items)

    def close(self) -> None:
        """End the threads; processes end with the call that they work for."""
        self._threads.close()


def map_batches(
    function: Callable[[Batch], Result],
    batches: Iterable[Batch],
    workers: int,
    survival: PoisonPolicy[Batch, Result],
    deadline_s: float = BATCH_DEADLINE_S,
    wall_deadline_s: float | None = None,
) -> Generator[Result, None, None]:
    """Yield ``function(batch)`` for every batch, in the order of the batches.

    At most ``2 * workers + 1`` batches are in memory. A batch whose worker dies or passes the deadline is halved until
    the row that causes it is in a batch by itself. If that row kills a second worker, or passes the deadline again, its
    result is ``survival.on_lost_row``; the other rows get their results.

    Parameters
    ----------
    function, batches
        The function must be picklable.
    workers
        Processes.
    survival
        What to do with what no worker survives.
    deadline_s
        Seconds of the processor for one batch: how busy the machine is does not matter.
    wall_deadline_s
        Seconds of wall clock for one batch, for a worker that waits without computing. Default: ten times the other.

    Raises
    ------
    WorkerError
        If workers die one after another before they take a batch, or on one row after another.
    """
    wall = WALL_FACTOR * deadline_s if wall_deadline_s is None else wall_deadline_s
    context = forkserver(function_module(function), "pyarrow")
    start = partial(Worker[Batch, Result], context, function, deadline_s, wall)
    return apply_in_order(start, batches, workers, survival)


def function_module(function: Callable[..., object]) -> str:
    """Return the module that a function, or the function inside a partial, is defined in."""
    inner = getattr(function, "func", function)
    return str(inner.__module__)
