"""Writing the configuration ``clones``, from the programs of each split that have been written."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.dataset.clones.failing import without_equal
from synthcode.dataset.clones.nearest import BLOCK, NEAREST, NONE, nearest_problems
from synthcode.dataset.clones.pairs import make_pairs
from synthcode.dataset.clones.problems import problems_of
from synthcode.dataset.clones.shape import add_parameter_counts, unknown_parameter_counts
from synthcode.execution.executor import PoisonPolicy
from synthcode.pipelines.steps.check.judging import halve_table
from synthcode.schemas.tables import CLONES, DATASET_PROGRAMS
from synthcode.storage.large_tables.joins import align_on_seed, join_seed_columns
from synthcode.storage.published import CLONES_NAME, NEGATIVES_NAME, PublishedDataset
from synthcode.storage.shards import ShardWriter, shards_of
from synthcode.vocabulary import SPLITS

if TYPE_CHECKING:
    from synthcode.dedup.texts import I64
    from synthcode.pipelines.runs.run import Run

_IDS = ("program_id", "seed_id", "language", "document_id", "origin", "verification")
_CANDIDATES = pa.schema([*(DATASET_PROGRAMS.field(name) for name in _IDS), pa.field("failing", pa.bool_())])
"""What pairs are chosen from."""
_KNOWN = pa.schema(
    [
        *(pa.field(name, pa.string()) for name in ("seed_id", "cluster_id", "source_id")),
        *(pa.field(name, pa.int64()) for name in ("problem", "parameters")),
    ]
)
"""What is kept of seeds while their pairs are chosen."""
_SOLUTIONS = pa.schema([DATASET_PROGRAMS.field(name) for name in ("seed_id", "language", "origin", "code_stripped")])


def write_clones(run: Run, splits: pa.Table) -> tuple[list[Path], dict[str, dict[str, int]]]:
    """Write the pairs of each split; return the shards, and the pairs of each split by difficulty.

    Nothing is written, and what an earlier build wrote is removed, if the recipe does not request them or there is no
    pair.

    Parameters
    ----------
    run
        The run, whose programs and negatives have been written.
    splits
        ``seed_id``, ``cluster_id`` and ``split`` of every seed.
    """
    folder = run.folder.dataset / "data" / CLONES_NAME
    published = PublishedDataset(run.folder.dataset)
    tables = {split: _pairs(run, published, split, splits) for split in SPLITS} if run.recipe.build.clones else {}
    if not any(table.num_rows for table in tables.values()):
        shutil.rmtree(folder, ignore_errors=True)
        return [], {}
    with ExitStack() as stack:
        files = []
        for split, table in tables.items():
            writer = stack.enter_context(ShardWriter(folder, CLONES, split, numbered=True))
            writer.write(table)
            files += writer.commit()
    return files, {split: _by_difficulty(table) for split, table in tables.items()}


def _by_difficulty(pairs: pa.Table) -> dict[str, int]:
    counted = pc.value_counts(pairs["difficulty"]).to_pylist()
    return {row["values"]: row["counts"] for row in sorted(counted, key=lambda row: str(row["values"]))}


def _pairs(run: Run, published: PublishedDataset, split: str, splits: pa.Table) -> pa.Table:
    programs = [_with_failing(table, False) for table in published.batches("programs", split, _IDS)]
    programs.append(_failing(published, split))
    seeds = splits.filter(pc.equal(splits["split"], split)).drop_columns(["split"]).sort_by("seed_id")
    renamed = published.batches("programs", split, ["seed_id", "language", "code_anonymous"])
    seeds = seeds.append_column("problem", pa.array(problems_of(seeds, renamed)))
    seeds, nearest = _with_solutions(run, published, split, seeds)
    return make_pairs(pa.concat_tables(programs), seeds, nearest, run.recipe.splits.random_seed)


def _with_failing(programs: pa.Table, failing: bool) -> pa.Table:
    return programs.append_column("failing", pa.array(np.full(programs.num_rows, failing))).cast(_CANDIDATES)


def _failing(published: PublishedDataset, split: str) -> pa.Table:
    """Return the translations that fail their tests for more than a name, in the columns of programs."""
    if not shards_of(published.folder / "data" / NEGATIVES_NAME, split):
        return _CANDIDATES.empty_table()
    tables = list(published.batches(NEGATIVES_NAME, split, ["program_id", "seed_id", "language", "code_anonymous"]))
    if not tables:  # nothing of this split fails
        return _CANDIDATES.empty_table()
    rows = pa.concat_tables(tables)
    rows = without_equal(rows, published.batches("programs", split, ["seed_id", "language", "code_anonymous"]))
    rows = rows.append_column("document_id", rows["program_id"])
    rows = rows.append_column("origin", pa.array(["translation"] * rows.num_rows, pa.string()))
    rows = rows.append_column("verification", pa.nulls(rows.num_rows, pa.string()))
    return _with_failing(rows.select(list(_IDS)), True)


def _with_solutions(run: Run, published: PublishedDataset, split: str, seeds: pa.Table) -> tuple[pa.Table, I64]:
    """Add ``source_id`` and ``parameters`` to seeds; return with them the nearest problems of each: (seeds, k)."""
    survival = PoisonPolicy(bisect=halve_table, on_lost_row=lambda batch, _reason: unknown_parameter_counts(batch))
    solutions = run.executor.map(add_parameter_counts, _solutions(published, split), survival)
    known, nearest = [_KNOWN.empty_table()], [np.empty((0, NEAREST), dtype=np.int64)]
    start = 0
    for block in _in_blocks(solutions):
        block = join_seed_columns(block, seeds, {"problem": "problem", "cluster_id": "cluster_id"})
        near = nearest_problems(block["code_stripped"].to_pylist(), block["problem"].to_numpy())
        nearest.append(np.where(near == NONE, NONE, near + start))
        start += block.num_rows
        known.append(block.select(_KNOWN.names).cast(_KNOWN))
    return pa.concat_tables(known), np.concatenate(nearest)


def _in_blocks(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Yield the rows in tables of ``BLOCK`` rows, cut the same way however they arrive."""
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table)
        while sum(part.num_rows for part in waiting) >= BLOCK:
            rows = pa.concat_tables(waiting)
            yield rows.slice(0, BLOCK)
            waiting = [rows.slice(BLOCK)]
    if waiting:
        yield pa.concat_tables(waiting)


def _solutions(published: PublishedDataset, split: str) -> Iterator[pa.Table]:
    """Yield the seeds' own programs with ``source_id`` and ``entry_point``, one a seed."""
    texts = published.batches("texts", split, ["seed_id", "source_id", "entry_point"])
    for about, programs in align_on_seed(texts, (_SOLUTIONS, published.batches("programs", split, _SOLUTIONS.names))):
        own = programs.filter(pc.equal(programs["origin"], "seed"))
        yield join_seed_columns(own, about, {"source_id": "source_id", "entry_point": "entry_point"})
