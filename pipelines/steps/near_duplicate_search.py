"""With what likeness is searched for in a run: threads, memory, progress, and an ear for who asks to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from synthcode.dedup.duplicates import Clustering, cluster_programs
from synthcode.execution.threads import Apply, Threads
from synthcode.pipelines.runs.memory import memory_budget
from synthcode.storage.spill import SpillStore

if TYPE_CHECKING:
    import pyarrow as pa

    from synthcode.pipelines.runs.run import Run

Batch = TypeVar("Batch")
Result = TypeVar("Result")

SHARE_HELD = 0.5
"""Of the memory, what programs and sketches may take; the rest is for ids, results and the program itself."""


class SearchResources(NamedTuple):
    """What ``cluster_programs`` and ``find_hits`` work with."""

    scratch: Callable[[], SpillStore]
    apply: Apply


@contextmanager
def searching(run: Run) -> Iterator[SearchResources]:
    """Provide for the search while the block runs."""
    budget = int(memory_budget(run.recipe.memory) * SHARE_HELD)

    with Threads(run.workers) as threads:

        def apply(function: Callable[[Batch], Result], batches: Iterable[Batch], /) -> Iterator[Result]:
            for result in threads.map(function, batches):
                run.stop.raise_if_set()
                yield result

        yield SearchResources(lambda: SpillStore(run.folder.aside, budget), apply)


def cluster(run: Run, tables: Iterable[pa.Table], means: SearchResources) -> Clustering:
    """Find the duplicates among programs (schema ``PROGRAMS``)."""
    with run.reporter.progress("dedup: programs", None) as bar:

        def counted() -> Iterator[pa.Table]:
            for table in tables:
                yield table
                bar.advance(table.num_rows)

        with means.scratch() as scratch:
            return cluster_programs(counted(), run.recipe.dedup, scratch, means.apply)
