"""What a stage does is separate from where it runs: steps hand batches to an executor and get results in order.

Results never depend on the executor, nor on the number of its workers.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, runtime_checkable

from synthcode.vocabulary import LostReason

Batch = TypeVar("Batch")
Result = TypeVar("Result")
Item = TypeVar("Item")


@dataclass(frozen=True)
class PoisonPolicy(Generic[Batch, Result]):
    """What to do with a batch that killed its worker, or hung."""

    bisect: Callable[[Batch], Sequence[Batch]]
    """Splits a batch into smaller ones; a batch that cannot be split is returned as it is."""
    on_lost_row: Callable[[Batch, LostReason], Result]
    """The result for a single row that no worker survives, and the reason: ``parser_crash`` or ``parse_timeout``."""


class Cancellation(Protocol):
    """Whether the work is to stop."""

    def raise_if_set(self) -> None:
        """Raise ``Interrupted`` if a stop was requested."""


class Executor(Protocol):
    """Applies functions to batches; owns the workers, and stops between two results if a stop was requested."""

    @property
    def workers(self) -> int:
        """The number of batches that are worked on at a time."""

    def map(
        self,
        function: Callable[[Batch], Result],
        batches: Iterable[Batch],
        policy: PoisonPolicy[Batch, Result],
        on_result: Callable[[Result], object] | None = None,
    ) -> Iterator[Result]:
        """Yield the results of a pure function, in the order of the batches.

        Parameters
        ----------
        function
            Must be picklable and depend on its batch only: it may run in another process.
        batches
            Pulled as they are needed.
        policy
            What to do with a batch that kills its worker. An executor that works in this process dies with it.
        on_result
            Called with every result before it is yielded, in the caller's thread: progress.

        Raises
        ------
        Interrupted
            If a stop was requested.
        WorkerError
            If workers die and no batch is the cause.
        """

    def map_shared(self, function: Callable[[Batch], Result], batches: Iterable[Batch], /) -> Iterator[Result]:
        """Yield the results of a function that shares memory with the caller, in the order of the batches.

        Always runs on this machine: for work over large arrays in compiled code, and for starting child processes.

        Raises
        ------
        Interrupted
            If a stop was requested.
        """

    def cancellable(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield items that are read, not computed.

        Raises
        ------
        Interrupted
            If a stop was requested.
        """

    def close(self) -> None:
        """Release the workers. The executor may be used again, and starts new ones."""


@runtime_checkable
class Distributed(Protocol):
    """An executor whose workers share no memory with the caller, such as those on other machines."""

    def map_distributed(self, function: Callable[[Batch], Result], batches: Iterable[Batch], /) -> Iterator[Result]:
        """Yield the results of a function that no batch can crash, in the order of the batches.

        For compiled code and for starting child processes. The function is picklable, and a batch holds all that it
        needs: it may run on another machine, and again where a machine dies.

        Raises
        ------
        Interrupted
            If a stop was requested.
        WorkerError
            If workers die one after another.
        """


class NeverCancelled:
    """No stop can be requested."""

    def raise_if_set(self) -> None:
        """Do nothing."""


def watched(
    results: Generator[Result, None, None],
    cancellation: Cancellation,
    on_result: Callable[[Result], object] | None = None,
) -> Iterator[Result]:
    """Yield results; look for a request to stop, and report each, before it is yielded. Closes ``results``."""
    with closing(results):
        for result in results:
            cancellation.raise_if_set()
            if on_result is not None:
                on_result(result)
            yield result


def default_workers() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def halve(batch: list[Item]) -> list[list[Item]]:
    """Split a list into two halves; a list of one item is returned as it is."""
    middle = len(batch) // 2
    return [batch[:middle], batch[middle:]] if middle else [batch]
