"""Functions over batches in threads, in order: for what does its work in compiled code."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Protocol, TypeVar

from synthcode.execution.executor import Cancellation, NeverCancelled, PoisonPolicy, default_workers, watched

Batch = TypeVar("Batch")
Result = TypeVar("Result")
Item = TypeVar("Item")


class Apply(Protocol):
    """Applies a function to batches and yields the results in order: ``map``, or ``Executor.map_shared``."""

    def __call__(self, function: Callable[[Batch], Result], batches: Iterable[Batch], /) -> Iterator[Result]:
        """Yield ``function(batch)`` for every batch."""


class ThreadExecutor:
    """Works in threads of this process, which are used for one call after another.

    Parameters
    ----------
    workers
        The number of threads; with one, everything is done in the calling thread. Default: one for each core.
    cancellation
        Ends the work between two results.
    """

    def __init__(self, workers: int | None = None, cancellation: Cancellation | None = None) -> None:
        self.workers = workers or default_workers()
        self._cancellation = cancellation or NeverCancelled()
        self._pool: ThreadPoolExecutor | None = None

    def map(
        self,
        function: Callable[[Batch], Result],
        batches: Iterable[Batch],
        policy: PoisonPolicy[Batch, Result],
        on_result: Callable[[Result], object] | None = None,
    ) -> Iterator[Result]:
        """Yield ``function(batch)`` for every batch; a batch that kills its worker kills this process."""
        return watched(self._results(function, batches), self._cancellation, on_result)

    def map_shared(self, function: Callable[[Batch], Result], batches: Iterable[Batch], /) -> Iterator[Result]:
        """Yield ``function(batch)`` for every batch; at most ``2 * workers + 1`` batches are held."""
        return watched(self._results(function, batches), self._cancellation)

    def cancellable(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the items until a stop is requested."""
        return watched((item for item in items), self._cancellation)

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _results(self, function: Callable[[Batch], Result], batches: Iterable[Batch]) -> Generator[Result, None, None]:
        if self.workers == 1:
            yield from map(function, batches)
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="executor")
        waiting: deque[Future[Result]] = deque()
        try:
            for batch in batches:
                waiting.append(self._pool.submit(function, batch))
                if len(waiting) > 2 * self.workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:  # nothing works on the caller's memory once the caller goes on
            for future in waiting:
                future.cancel()
            wait(waiting)
