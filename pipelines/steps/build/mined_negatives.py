"""Writing the configuration ``mined_negatives``, from the texts and programs of each split that have been written."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.dataset.mined_negatives import mine_negatives
from synthcode.schemas.tables import MINED_NEGATIVES
from synthcode.storage.large_tables.joins import join_seed_columns
from synthcode.storage.published import MINED_NEGATIVES_NAME, PublishedDataset
from synthcode.storage.shards import ShardWriter
from synthcode.vocabulary import SPLITS

if TYPE_CHECKING:
    from synthcode.pipelines.runs.run import Run

BLOCK = 20_000
"""Seeds whose texts and programs are compared: time grows with their number, and not with its square."""
_DOCUMENT = ["program_id", "seed_id", "language", "code_stripped", "document_id"]


def write_mined_negatives(run: Run, splits: pa.Table) -> tuple[list[Path], dict[str, int]]:
    """Mine the negatives of each split; return the shards, and the rows of each split.

    Nothing is written, and what an earlier build wrote is removed, if the recipe requests none or there are none.

    Parameters
    ----------
    run
        The run, whose texts and programs have been written.
    splits
        ``seed_id`` and ``cluster_id`` of every seed.
    """
    folder = run.folder.dataset / "data" / MINED_NEGATIVES_NAME
    most, published = run.recipe.build.mined_negatives, PublishedDataset(run.folder.dataset)
    tables = {split: _mined(published, split, splits, most) for split in SPLITS} if most else {}
    if not any(table.num_rows for table in tables.values()):
        shutil.rmtree(folder, ignore_errors=True)
        return [], {}
    with ExitStack() as stack:
        files = []
        for split, table in tables.items():
            writer = stack.enter_context(ShardWriter(folder, MINED_NEGATIVES, split, numbered=True))
            writer.write(table)
            files += writer.commit()
    return files, {split: table.num_rows for split, table in tables.items()}


def _mined(published: PublishedDataset, split: str, splits: pa.Table, most: int) -> pa.Table:
    texts = _with_groups(list(published.batches("texts", split, ["seed_id", "text"])), splits)
    documents = _with_groups(list(published.batches("programs", split, _DOCUMENT)), splits)
    tables = [MINED_NEGATIVES.empty_table()]
    if texts is None or documents is None:
        return tables[0]
    documents = documents.filter(pc.equal(documents["program_id"], documents["document_id"]))
    texts = texts.sort_by("seed_id")
    for start in range(0, texts.num_rows, BLOCK):
        block = texts.slice(start, BLOCK)
        mine = documents.filter(pc.is_in(documents["seed_id"], value_set=block["seed_id"].combine_chunks()))
        tables.append(mine_negatives(block, mine, most))
    return pa.concat_tables(tables)


def _with_groups(tables: list[pa.Table], splits: pa.Table) -> pa.Table | None:
    return join_seed_columns(pa.concat_tables(tables), splits, {"cluster_id": "cluster_id"}) if tables else None
