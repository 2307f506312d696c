"""Pure functions over batches in worker processes, in order, whatever happens to a worker."""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, Self, TypeVar

from synthcode.errors import WorkerError
from synthcode.execution.executor import Cancellation, NeverCancelled, PoisonPolicy, default_workers, watched
from synthcode.execution.threads import ThreadExecutor
from synthcode.execution.worker import WALL_FACTOR, NotTakenError, Worker, WorkerLostError, forkserver

Batch = TypeVar("Batch")
Result = TypeVar("Result")
Item = TypeVar("Item")

BATCH_DEADLINE_S = 120.0
"""Of the processor. Every parse has its own deadline of seconds: a batch that takes longer hangs in native code."""

MOST_STARTS = 5
"""Workers that may die one after another before one takes a batch."""
MOST_KILLED_ROWS = 10
"""Rows that may lose their workers to SIGKILL one after another: that many are not the rows' fault."""

_LATE = ("busy", "stuck")
_MORE_MEMORY = "give the command more memory, or fewer --workers, and run it again: it goes on"


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
    with _Crew(function, workers, survival, (deadline_s, wall)) as crew:
        waiting: deque[Future[list[Result]]] = deque()
        for batch in batches:
            waiting.append(crew.submit(batch))
            if len(waiting) > 2 * workers:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def function_module(function: Callable[..., object]) -> str:
    """Return the module that a function, or the function inside a partial, is defined in."""
    inner = getattr(function, "func", function)
    return str(inner.__module__)


class _Crew(Generic[Batch, Result]):
    """Worker processes, each driven by a thread of its own that hands it one batch after another."""

    def __init__(
        self,
        function: Callable[[Batch], Result],
        count: int,
        survival: PoisonPolicy[Batch, Result],
        deadlines: tuple[float, float],
    ) -> None:
        self._function, self._survival, self._deadlines = function, survival, deadlines
        self._context = forkserver(function_module(function), "pyarrow")
        self._own = threading.local()
        self._workers: set[Worker[Batch, Result]] = set()
        self._killed_rows = 0
        self._closed = False
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="worker", initializer=_leave_signals_alone)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._closed = True
            workers = list(self._workers)
        if kind is not None:
            for worker in workers:
                worker.kill()
        self._threads.shutdown(cancel_futures=True)
        for worker in workers:
            worker.stop()

    def submit(self, batch: Batch) -> Future[list[Result]]:
        """Return the future results of a batch: one, or more where it had to be cut."""
        return self._threads.submit(self._results, batch)

    def _results(self, batch: Batch) -> list[Result]:
        try:
            return [self._apply(batch)]
        except WorkerLostError as first:
            parts, cause = self._survival.bisect(batch), first.cause
        if len(parts) > 1:
            return [result for part in parts for result in self._results(part)]
        if cause == "busy":
            return [self._survival.on_lost_row(batch, "parse_timeout")]
        # Something else may have ended the worker, such as the system for want of memory: a row is tried twice.
        try:
            return [self._apply(batch)]
        except WorkerLostError as loss:
            self._note_killed_row(loss)
            return [self._survival.on_lost_row(batch, "parse_timeout" if loss.cause in _LATE else "parser_crash")]

    def _apply(self, batch: Batch) -> Result:
        """Apply the function in this thread's worker; start a worker if there is none alive."""
        for _ in range(MOST_STARTS):
            try:
                worker = self._worker()
                result = worker.apply(batch)
            except NotTakenError as loss:
                self._forget_worker()
                ending = str(loss)
                continue
            except WorkerLostError:
                self._forget_worker()
                raise
            self._killed_rows = 0
            return result
        raise WorkerError(f"worker processes die before they can begin ({ending})", _MORE_MEMORY)

    def _worker(self) -> Worker[Batch, Result]:
        worker: Worker[Batch, Result] | None = getattr(self._own, "worker", None)
        if worker is not None and not worker.is_alive:
            self._forget_worker()
            worker = None
        if worker is None:
            self._raise_if_closed()
            worker = self._own.worker = Worker(self._context, self._function, *self._deadlines)
            with self._lock:
                self._workers.add(worker)
        self._raise_if_closed()
        return worker

    def _raise_if_closed(self) -> None:
        if self._closed:
            self._forget_worker()
            raise CancelledError

    def _forget_worker(self) -> None:
        worker = getattr(self._own, "worker", None)
        if worker is not None:
            self._own.worker = None
            with self._lock:
                self._workers.discard(worker)
            worker.kill()
            worker.stop()

    def _note_killed_row(self, loss: WorkerLostError) -> None:
        self._killed_rows = self._killed_rows + 1 if loss.cause == "killed" else 0
        if self._killed_rows >= MOST_KILLED_ROWS:
            raise WorkerError(f"worker processes are killed on one row after another ({loss})", _MORE_MEMORY)


def _leave_signals_alone() -> None:
    """Block in this thread what the main thread handles; processes that it starts inherit that."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
