"""Pure functions over batches in worker processes, in order, whatever happens to a worker."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

from pebble import ProcessExpired, ProcessPool

Batch = TypeVar("Batch")
Result = TypeVar("Result")
Item = TypeVar("Item")

BATCH_DEADLINE_S = 120.0
"""Every parse has its own deadline of seconds: a batch that takes longer hangs in native code."""


@dataclass(frozen=True)
class Survival(Generic[Batch, Result]):
    """What to do with a batch that killed its worker, or hung."""

    halves: Callable[[Batch], Sequence[Batch]]
    """Cuts a batch into smaller ones; one that cannot be cut comes back alone."""
    give_up: Callable[[Batch, str], Result]
    """The result for a single row that no worker survives; told ``parser_crash`` or ``parse_timeout``."""


def default_workers() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def map_batches(
    function: Callable[[Batch], Result],
    batches: Iterable[Batch],
    workers: int,
    survival: Survival[Batch, Result],
    deadline_s: float = BATCH_DEADLINE_S,
) -> Iterator[Result]:
    """Yield ``function(batch)`` for every batch, in the order of the batches.

    At most ``2 * workers + 1`` batches are held. A batch whose worker dies or passes the deadline is cut
    until the row that does it stands alone; that row gets ``survival.give_up``, the others their result.
    """
    # forkserver: a fork of this process could inherit a lock held by one of Arrow's threads.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([function_module(function), "pyarrow"])
    with ProcessPool(max_workers=workers, context=context) as pool:
        waiting: deque[tuple[Batch, Future[Result]]] = deque()
        try:
            for batch in batches:
                waiting.append((batch, pool.schedule(function, args=[batch], timeout=deadline_s)))
                if len(waiting) > 2 * workers:
                    yield from _results(pool, function, *waiting.popleft(), survival, deadline_s)
            while waiting:
                yield from _results(pool, function, *waiting.popleft(), survival, deadline_s)
        except BaseException:
            pool.stop()  # type: ignore[no-untyped-call]
            raise


def halve(batch: list[Item]) -> list[list[Item]]:
    """Cut a list in two; a single item comes back alone."""
    middle = len(batch) // 2
    return [batch[:middle], batch[middle:]] if middle else [batch]


def function_module(function: Callable[..., object]) -> str:
    """Return the module that a function, or the function inside a partial, is defined in."""
    inner = getattr(function, "func", function)
    return str(inner.__module__)


def _results(
    pool: ProcessPool,
    function: Callable[[Batch], Result],
    batch: Batch,
    future: Future[Result],
    survival: Survival[Batch, Result],
    deadline_s: float,
) -> Iterator[Result]:
    try:
        yield future.result()
        return
    except ProcessExpired:
        reason = "parser_crash"
    except TimeoutError:
        reason = "parse_timeout"
    parts = survival.halves(batch)
    if len(parts) == 1:
        yield survival.give_up(batch, reason)
        return
    for part in parts:
        again = pool.schedule(function, args=[part], timeout=deadline_s)
        yield from _results(pool, function, part, again, survival, deadline_s)
