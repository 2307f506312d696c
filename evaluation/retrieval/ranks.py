"""The result of scoring: the rank of every relevant document, from which everything else is computed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from synthcode.errors import InputError
from synthcode.evaluation.results_json import damaged_files, read_facts
from synthcode.evaluation.retrieval.benchmark import Cell, Judgements, Ranks, Texts
from synthcode.evaluation.retrieval.measures import QueryRanks
from synthcode.schemas.results import (
    CELL_FIELDS,
    CELL_KEYS,
    COMPRESSED_RANKS,
    COMPRESSED_RANKS_NAME,
    GRADED_RANKS,
    GRADED_RANKS_NAME,
    LEVEL_RANKS,
    LEVEL_RANKS_NAME,
    RANKS,
    RANKS_NAME,
)
from synthcode.storage.shards import read_file, write_table

AGAIN = "run 'synthcode evaluate' again: vectors are kept"


def rank_rows(
    encoder: str, exit_: int, variant: str, cell: Cell, judged: Judgements, asked: Texts, documents: int, ranks: Ranks
) -> pa.Table:
    """Return the rows of one cell (schema ``RANKS``).

    Parameters
    ----------
    encoder, exit_, variant, cell
        What the rows are about.
    judged
        The cell's judgements.
    asked
        The texts that its queries are among.
    documents
        Size of the corpus.
    ranks
        Of ``judged.answers``, in their order.
    """
    queries = len(judged.queries)
    of_query = np.repeat(np.arange(queries), np.diff(judged.starts))
    ascending = ranks[np.lexsort((ranks, of_query))]
    fixed = [encoder, exit_, cell.task, variant, cell.query_language, cell.corpus_language]
    columns = [pa.array([value] * queries, field.type) for value, field in zip(fixed, CELL_FIELDS, strict=True)]
    columns += [
        pa.array([names[place] for place in judged.queries], pa.string()) for names in (asked.ids, asked.problems)
    ]
    columns.append(pa.ListArray.from_arrays(pa.array(judged.starts, pa.int32()), pa.array(ascending, pa.int32())))
    columns.append(pa.array([documents] * queries, pa.int32()))
    return pa.table(columns, schema=RANKS)


def labelled(rows: pa.Table, encoder: str) -> pa.Table:
    """Return rows of schema ``RANKS`` with another name for their encoder."""
    return rows.set_column(0, CELL_FIELDS[0], pa.array([encoder] * rows.num_rows, pa.string()))


def query_ranks(rows: pa.Table) -> QueryRanks:
    """Return the ranks in rows of schema ``RANKS``, in their order."""
    lists = rows["ranks"].combine_chunks()
    lengths = np.asarray(lists.value_lengths())
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return QueryRanks(starts, np.asarray(lists.flatten(), dtype=np.int32))


def sorted_ranks(parts: Sequence[pa.Table]) -> pa.Table:
    """Return rows of schema ``RANKS`` in an order that depends on them only."""
    keys = [*CELL_KEYS, "query_id"]
    return pa.concat_tables([RANKS.empty_table(), *parts]).sort_by([(key, "ascending") for key in keys])


def write_ranks(folder: Path, parts: Sequence[pa.Table]) -> pa.Table:
    """Write ``ranks.parquet``, in an order that depends on its rows only, and return it."""
    rows = sorted_ranks(parts)
    write_table(folder / RANKS_NAME, rows)
    return rows


def read_ranks(folder: Path) -> pa.Table:
    """Read the ranks of a results folder.

    Raises
    ------
    InputError
        If there are no ranks, they are damaged, or in another form than this version writes.
    """
    if not (folder / RANKS_NAME).is_file():
        raise InputError(f"{folder} holds no results ({RANKS_NAME})", "name a folder that 'synthcode evaluate' wrote")
    return _read(folder, RANKS_NAME, RANKS)


def read_level_ranks(folder: Path) -> pa.Table:
    """Read the ranks by level of verification (schema ``LEVEL_RANKS``); empty if the results have none.

    Raises
    ------
    InputError
        If they are damaged, or in another form than this version writes.
    """
    if not (folder / LEVEL_RANKS_NAME).is_file():
        return LEVEL_RANKS.empty_table()
    return _read(folder, LEVEL_RANKS_NAME, LEVEL_RANKS)


def read_compressed_ranks(folder: Path) -> pa.Table:
    """Read the ranks of smaller vectors (schema ``COMPRESSED_RANKS``); empty if the results have none.

    Raises
    ------
    InputError
        If they are damaged, or in another form than this version writes.
    """
    if not (folder / COMPRESSED_RANKS_NAME).is_file():
        return COMPRESSED_RANKS.empty_table()
    return _read(folder, COMPRESSED_RANKS_NAME, COMPRESSED_RANKS)


def read_graded_ranks(folder: Path) -> pa.Table:
    """Read the ranks by grade (schema ``GRADED_RANKS``); empty if the results have none.

    Raises
    ------
    InputError
        If they are damaged, or in another form than this version writes.
    """
    if not (folder / GRADED_RANKS_NAME).is_file():
        return GRADED_RANKS.empty_table()
    return _read(folder, GRADED_RANKS_NAME, GRADED_RANKS)


def _read(folder: Path, name: str, schema: pa.Schema) -> pa.Table:
    path, known = folder / name, read_facts(folder)
    if known is not None and damaged_files(folder, known, [name]):
        raise InputError(f"{path} is damaged or was changed", AGAIN)
    rows = read_file(path, fix=AGAIN)
    if rows.schema.names != schema.names:
        raise InputError(f"{path} has columns {', '.join(rows.schema.names)}", "run 'synthcode evaluate' again")
    return rows.cast(schema)
