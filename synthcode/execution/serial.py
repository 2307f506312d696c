"""One batch after another in the thread of the caller: for debuggers, and for tables of a few rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from synthcode.execution.executor import Cancellation, NeverCancelled, PoisonPolicy, watched

Batch = TypeVar("Batch")
Result = TypeVar("Result")
Item = TypeVar("Item")


class SerialExecutor:
    """Works in the calling thread.

    Parameters
    ----------
    workers
        Ignored: there is one.
    cancellation
        Ends the work between two results.
    """

    workers = 1

    def __init__(self, workers: int = 1, cancellation: Cancellation | None = None) -> None:
        self._cancellation = cancellation or NeverCancelled()

    def map(
        self,
        function: Callable[[Batch], Result],
        batches: Iterable[Batch],
        policy: PoisonPolicy[Batch, Result],
        on_result: Callable[[Result], object] | None = None,
    ) -> Iterator[Result]:
        """Yield ``function(batch)`` for every batch; a batch that kills its worker kills this process."""
        return watched((function(batch) for batch in batches), self._cancellation, on_result)

    def map_shared(self, function: Callable[[Batch], Result], batches: Iterable[Batch], /) -> Iterator[Result]:
        """Yield ``function(batch)`` for every batch."""
        return watched((function(batch) for batch in batches), self._cancellation)

    def cancellable(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the items until a stop is requested."""
        return watched((item for item in items), self._cancellation)

    def close(self) -> None:
        """Do nothing: there are no workers."""
