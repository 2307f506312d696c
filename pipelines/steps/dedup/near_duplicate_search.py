"""What a search for similar programs in a run works with: an executor, memory, progress."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from synthcode.execution.distribution import elsewhere_if_faster
from synthcode.execution.threads import Apply
from synthcode.pipelines.runs.memory import memory_budget
from synthcode.storage.large_tables.spill import SpillStore

if TYPE_CHECKING:
    import pyarrow as pa

    from synthcode.dedup.duplicates import Clustering
    from synthcode.pipelines.runs.run import Run

SHARE_HELD = 0.5
"""Of the memory, what programs and sketches may take; the rest is for ids, results and the program itself."""

COMPILING = "compiling (once on a machine)"
"""Says why a large search stands still for its first seconds."""


class SearchResources(NamedTuple):
    """What ``cluster_programs`` and ``find_hits`` work with."""

    scratch: Callable[[], SpillStore]
    apply: Apply
    elsewhere: Apply | None
    """On other machines, if the run has some with more processors than this one."""


def search_resources(run: Run) -> SearchResources:
    """Return what a search in this run works with."""
    budget = int(memory_budget(run.recipe.memory) * SHARE_HELD)
    scratch = partial(SpillStore, run.folder.scratch, budget)
    return SearchResources(scratch, run.executor.map_shared, elsewhere_if_faster(run.executor))


def cluster(run: Run, tables: Iterable[pa.Table], resources: SearchResources) -> Clustering:
    """Find the duplicates among programs (schema ``PROGRAMS``)."""
    from synthcode.dedup.duplicates import cluster_programs
    from synthcode.dedup.kernels.choice import will_compile

    with run.reporter.progress("dedup: programs", None) as bar:

        def counted() -> Iterator[pa.Table]:
            for table in tables:
                if will_compile(table.nbytes):
                    bar.advance(0, COMPILING)
                yield table
                bar.advance(table.num_rows)

        with resources.scratch() as scratch:
            return cluster_programs(counted(), run.recipe.dedup, scratch, resources.apply, resources.elsewhere)
