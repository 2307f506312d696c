"""Joining rows with their seeds in one pass over tables sorted by ``seed_id``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

SEEDS_AT_ONCE = 2_048
"""Of which all programs and judgements, in every language, are in memory together."""


def align_on_seed(
    seeds: Iterable[pa.Table], *others: tuple[pa.Schema, Iterable[pa.Table]]
) -> Iterator[tuple[pa.Table, ...]]:
    """Cut tables into pieces that hold the same seeds, ``SEEDS_AT_ONCE`` at most.

    Memory depends neither on how many rows there are nor on how they are stored.

    Parameters
    ----------
    seeds
        Tables with a ``seed_id``, strictly ascending over all of them.
    others
        Schema and tables of each other stream, with a ``seed_id`` ascending over all of its tables; any
        number of rows may share one. Rows whose seed is not among ``seeds`` come with the next seed;
        after the last, they are left out.

    Yields
    ------
    tuple of pa.Table
        A table of seeds, then of each other stream all rows up to the last of these seeds.
    """
    streams = [_Stream(schema, tables) for schema, tables in others]
    for table in _in_small_tables(seeds):
        last = table.column("seed_id")[-1].as_py()
        yield (table, *(stream.up_to(last) for stream in streams))


def _in_small_tables(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    for table in tables:
        for start in range(0, table.num_rows, SEEDS_AT_ONCE):
            yield table.slice(start, SEEDS_AT_ONCE)


def merge_on_seed(schema: pa.Schema, *streams: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Merge streams of tables into one.

    Parameters
    ----------
    schema
        Of every table.
    streams
        Each has a ``seed_id`` ascending over all of its tables.

    Yields
    ------
    pa.Table
        Rows of all streams, with a ``seed_id`` ascending over all tables.
    """
    left = [_Stream(schema, tables) for tables in streams]
    while left:
        first, *left = left
        for table in first.remaining():
            last = table.column("seed_id")[-1].as_py()
            merged = pa.concat_tables([table, *(stream.up_to(last) for stream in left)])
            yield table if merged.num_rows == table.num_rows else merged.sort_by("seed_id")


def join_seed_columns(rows: pa.Table, seeds: pa.Table, columns: Mapping[str, str]) -> pa.Table:
    """Append columns of each row's seed; rows without their seed are left out.

    Parameters
    ----------
    rows, seeds
        Tables with a ``seed_id``.
    columns
        New column's name -> the seeds' column that it holds.
    """
    position = pc.index_in(rows.column("seed_id"), value_set=seeds.column("seed_id").combine_chunks())
    found = pc.is_valid(position)
    rows, position = rows.filter(found), position.filter(found)
    for name, column in columns.items():
        rows = rows.append_column(name, seeds.column(column).take(position))
    return rows


class _Stream:
    """A stream of ascending tables that is read up to one seed after another."""

    def __init__(self, schema: pa.Schema, tables: Iterable[pa.Table]) -> None:
        self._tables = iter(tables)
        self._buffered = schema.empty_table()
        self._nothing = self._buffered

    def up_to(self, last: str) -> pa.Table:
        """Return the rows not yet returned whose ``seed_id`` is at most ``last``."""
        parts = [self._nothing]
        while True:
            end = pc.sum(pc.less_equal(self._buffered.column("seed_id"), last)).as_py() or 0
            parts.append(self._buffered.slice(0, end))
            self._buffered = self._buffered.slice(end)
            if self._buffered.num_rows:
                break
            more = next(self._tables, None)
            if more is None:
                break
            self._buffered = more
        return pa.concat_tables(parts)

    def remaining(self) -> Iterator[pa.Table]:
        """Yield all rows not yet returned."""
        while True:
            table, self._buffered = self._buffered, self._nothing
            if table.num_rows:
                yield table
            more = next(self._tables, None)
            if more is None:
                break
            self._buffered = more
