"""Workers that each have a thread of their own: batches in order, whatever happens to a worker."""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from synthcode.errors import WorkerError
from synthcode.execution.executor import PoisonPolicy
from synthcode.execution.worker import NotTakenError, WorkerLostError

Batch = TypeVar("Batch")
Result = TypeVar("Result")
Taken = TypeVar("Taken", contravariant=True)
Given = TypeVar("Given", covariant=True)

MOST_STARTS = 5
"""Workers that may die one after another before one takes a batch."""
MOST_KILLED_ROWS = 10
"""Rows that may lose their workers to SIGKILL one after another: that many are not the rows' fault."""

_LATE = ("busy", "stuck")
_MORE_MEMORY = "give the command more memory, or fewer --workers, and run it again: it goes on"


class BatchWorker(Protocol[Taken, Given]):
    """Applies a function to one batch after another, away from this process."""

    @property
    def is_alive(self) -> bool:
        """Whether it could take a batch."""

    def apply(self, batch: Taken, /) -> Given:
        """Return the function's result, or raise its exception.

        Raises
        ------
        NotTakenError
            If the worker died before it had the batch.
        WorkerLostError
            If it died on the batch or passed its deadline.
        """

    def kill(self) -> None:
        """End what it is doing, from another thread."""

    def stop(self) -> None:
        """Release it."""


def apply_in_order(
    start: Callable[[], BatchWorker[Batch, Result]],
    batches: Iterable[Batch],
    workers: int,
    policy: PoisonPolicy[Batch, Result],
) -> Generator[Result, None, None]:
    """Yield a worker's result for every batch, in the order of the batches.

    At most ``2 * workers + 1`` batches are in memory. A batch that loses its worker is halved until the row that causes
    it is in a batch by itself. If that row loses a second worker, its result is ``policy.on_lost_row``; the other rows
    get their results.

    Parameters
    ----------
    start
        Starts a worker, or raises ``NotTakenError``.
    batches
        Pulled as they are needed.
    workers
        How many there are at a time.
    policy
        What to do with what no worker survives.

    Raises
    ------
    WorkerError
        If workers die one after another before they take a batch, or on one row after another.
    """
    with _Crew(start, workers, policy) as crew:
        waiting: deque[Future[list[Result]]] = deque()
        for batch in batches:
            waiting.append(crew.submit(batch))
            if len(waiting) > 2 * workers:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


class _Crew(Generic[Batch, Result]):
    """Workers, each driven by a thread of its own that hands it one batch after another."""

    def __init__(
        self, start: Callable[[], BatchWorker[Batch, Result]], count: int, policy: PoisonPolicy[Batch, Result]
    ) -> None:
        self._start, self._policy = start, policy
        self._own = threading.local()
        self._workers: set[BatchWorker[Batch, Result]] = set()
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
            parts, cause = self._policy.bisect(batch), first.cause
        if len(parts) > 1:
            return [result for part in parts for result in self._results(part)]
        if cause == "busy":
            return [self._policy.on_lost_row(batch, "parse_timeout")]
        # Something else may have ended the worker, such as the system for want of memory: a row is tried twice.
        try:
            return [self._apply(batch)]
        except WorkerLostError as loss:
            self._note_killed_row(loss)
            return [self._policy.on_lost_row(batch, "parse_timeout" if loss.cause in _LATE else "parser_crash")]

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

    def _worker(self) -> BatchWorker[Batch, Result]:
        worker: BatchWorker[Batch, Result] | None = getattr(self._own, "worker", None)
        if worker is not None and not worker.is_alive:
            self._forget_worker()
            worker = None
        if worker is None:
            self._raise_if_closed()
            worker = self._own.worker = self._start()
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
