"""With what likeness is searched for in a run: threads, memory, progress, and an ear for who asks to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pipelines.memory import memory_budget
from pipelines.progress import progress_bar
from synthcode.scratch import Scratch
from synthcode.stages.dedup.duplicates import Clustering, cluster_programs
from synthcode.threads import Apply, Threads

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.runner import Run

Batch = TypeVar("Batch")
Result = TypeVar("Result")

SHARE_HELD = 0.5
"""Of the memory, what programs and sketches may take; the rest is for ids, results and the program itself."""


class Means(NamedTuple):
    """What ``cluster_programs`` and ``find_hits`` work with."""

    scratch: Callable[[], Scratch]
    apply: Apply


@contextmanager
def searching(run: Run) -> Iterator[Means]:
    """Provide for the search while the block runs."""
    budget = int(memory_budget(run.recipe.memory) * SHARE_HELD)

    with Threads(run.workers) as threads:

        def apply(function: Callable[[Batch], Result], batches: Iterable[Batch], /) -> Iterator[Result]:
            for result in threads.map(function, batches):
                run.stop.raise_if_set()
                yield result

        yield Means(lambda: Scratch(run.folder.aside, budget), apply)


def cluster(run: Run, tables: Iterable[pa.Table], means: Means) -> Clustering:
    """Find the duplicates among programs (schema ``PROGRAMS``)."""
    with progress_bar("dedup: programs", None) as bar:

        def counted() -> Iterator[pa.Table]:
            for table in tables:
                yield table
                bar.advance(table.num_rows)

        with means.scratch() as scratch:
            return cluster_programs(counted(), run.recipe.dedup, scratch, means.apply)
