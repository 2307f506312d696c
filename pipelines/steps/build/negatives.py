"""Writing the configuration ``negatives``: translations that run and fail their tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.pipelines.steps.build.dataset_tables import VARIANTS, temporary_negatives
from synthcode.schemas.tables import NEGATIVES
from synthcode.storage.large_tables.joins import align_on_seed, join_seed_columns
from synthcode.storage.published import NEGATIVES_NAME
from synthcode.storage.shards import ShardWriter
from synthcode.vocabulary import SPLITS

if TYPE_CHECKING:
    from synthcode.pipelines.runs.run import Run
    from synthcode.pipelines.tables.surviving_rows import SurvivingRows
    from synthcode.pipelines.tables.tested_rows import TestedRows


def write_negatives(
    run: Run, left: SurvivingRows, tested: TestedRows, splits: pa.Table
) -> tuple[list[Path], dict[str, int]]:
    """Write failing translations, each in its seed's split; return the shards, and the rows of each split.

    Parameters
    ----------
    run
        The run; ``write_variants`` has made the variants of its failing translations.
    left
        What is left after deduplication and decontamination.
    tested
        Which translations fail.
    splits
        ``seed_id`` and ``split`` of every seed.
    """
    folder = run.folder.dataset / "data" / NEGATIVES_NAME
    tables = list(_rows(run, left, tested, splits)) if tested.negatives() else []
    if not any(table.num_rows for table in tables):
        shutil.rmtree(folder, ignore_errors=True)  # of an earlier build
        return [], {}
    with ExitStack() as stack:
        writers = {split: stack.enter_context(ShardWriter(folder, NEGATIVES, split, numbered=True)) for split in SPLITS}
        for table in tables:
            for split, writer in writers.items():
                writer.write(table.filter(pc.equal(table["split"], split)))
        rows: dict[str, int] = {split: writer.rows for split, writer in writers.items()}
        return [file for writer in writers.values() for file in writer.commit()], rows


def _rows(run: Run, left: SurvivingRows, tested: TestedRows, splits: pa.Table) -> Iterator[pa.Table]:
    programs = (VARIANTS, map(left.keep, run.folder.rows(temporary_negatives(run))))
    for seeds, failing in align_on_seed(left.seeds(), programs):
        rows = join_seed_columns(failing, seeds, {"source_id": "source_id"})
        rows = join_seed_columns(rows, splits, {"split": "split"})
        failures = [tested.failures[name] for name in rows["program_id"].to_pylist()]
        rows = rows.append_column("reason", pa.array([one.reason for one in failures], pa.string()))
        yield rows.append_column("detail", pa.array([one.detail or None for one in failures], pa.string()))
