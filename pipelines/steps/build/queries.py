"""Writing the configuration ``queries``: texts that a model has written anew, in the splits of their seeds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.identity import digest
from synthcode.schemas.tables import DATASET_QUERIES, QUERIES
from synthcode.storage.large_tables.joins import align_on_seed, join_seed_columns
from synthcode.storage.published import QUERIES_NAME
from synthcode.storage.shards import ShardWriter
from synthcode.vocabulary import SPLITS

if TYPE_CHECKING:
    from synthcode.pipelines.runs.run import Run
    from synthcode.pipelines.tables.surviving_rows import SurvivingRows


def write_queries(run: Run, kept: SurvivingRows, splits: pa.Table) -> tuple[list[Path], dict[str, int]]:
    """Write the queries for the texts that are left; return the shards, and the rows of each split.

    Nothing is written, and what an earlier build wrote is removed, if the run has none.

    Parameters
    ----------
    run
        The run.
    kept
        What is left after deduplication and decontamination.
    splits
        ``seed_id`` and ``split`` of every seed.
    """
    folder = run.folder.dataset / "data" / QUERIES_NAME
    tables = list(_rows(run, kept, splits)) if "queries" in run.manifest.stages else []
    if not any(table.num_rows for table in tables):
        shutil.rmtree(folder, ignore_errors=True)
        return [], {}
    with ExitStack() as stack:
        writers = {
            split: stack.enter_context(ShardWriter(folder, DATASET_QUERIES, split, numbered=True)) for split in SPLITS
        }
        for table in tables:
            for split, writer in writers.items():
                writer.write(table.filter(pc.equal(table["split"], split)))
        rows: dict[str, int] = {split: writer.rows for split, writer in writers.items()}
        return [file for writer in writers.values() for file in writer.commit()], rows


def _rows(run: Run, kept: SurvivingRows, splits: pa.Table) -> Iterator[pa.Table]:
    queries = (QUERIES, run.rows(run.folder.queries))
    for seeds, written in align_on_seed(kept.seeds(), queries):
        rows = join_seed_columns(written, seeds, {"source_id": "source_id"})
        pairs = zip(rows["seed_id"].to_pylist(), rows["request_id"].to_pylist(), strict=True)
        ids = pa.array([digest("query", *pair) for pair in pairs], pa.string())
        rows = rows.append_column("query_id", ids)
        yield join_seed_columns(rows.select(DATASET_QUERIES.names).cast(DATASET_QUERIES), splits, {"split": "split"})
