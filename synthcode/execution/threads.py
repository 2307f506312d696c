"""Pure functions over batches in threads, in order: for what does its work in compiled code."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Protocol, Self, TypeVar

Batch = TypeVar("Batch")
Result = TypeVar("Result")


class Apply(Protocol):
    """Applies a function to batches and yields the results in order: ``map``, or ``Threads.map``."""

    def __call__(self, function: Callable[[Batch], Result], batches: Iterable[Batch], /) -> Iterator[Result]:
        """Yield ``function(batch)`` for every batch."""


class Threads:
    """Threads that are used for one call after another.

    Parameters
    ----------
    count
        How many; with one, everything is done in the thread that asks.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool = ThreadPoolExecutor(count)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def map(self, function: Callable[[Batch], Result], batches: Iterable[Batch], /) -> Iterator[Result]:
        """Yield ``function(batch)`` for every batch, in order; at most ``2 * count + 1`` batches are held."""
        if self._count == 1:
            yield from map(function, batches)
            return
        waiting: deque[Future[Result]] = deque()
        for batch in batches:
            waiting.append(self._pool.submit(function, batch))
            if len(waiting) > 2 * self._count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
