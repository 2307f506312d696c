"""Arrow's decoder of Parquet in bounded memory, whatever the rows unpack to: it runs in the process that calls it.

A kilobyte of Parquet may hold gigabytes: a dictionary's entry that a million rows share, a page of zeros. How many rows
are decoded at a time therefore depends on what the pages of their row group can come to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from synthcode.bounded import limits
from synthcode.bounded.array_sizes import decoded, row_sizes
from synthcode.bounded.column_plan import ColumnPlan, TooLargeError, column_plan
from synthcode.bounded.files import open_regular
from synthcode.errors import InputError, first_line

_BUFFERED_FROM = 64 * limits.MIB
_BUFFER = 4 * limits.MIB


class Rows(NamedTuple):
    """Rows that follow one another in a file."""

    first: int
    """Number of the first of them, counted from 1."""
    size: int
    """How many."""
    batch: pa.RecordBatch | None
    """What they hold; None if each of them is above ``limits.ROW``."""


class ParquetDecoder:
    """The rows of a Parquet file, decoded in this process: see :mod:`synthcode.bounded.parquet`.

    Parameters
    ----------
    path
        The file.
    again
        What a user does about a file that cannot be read.
    problem
        What is said of such a file.

    Raises
    ------
    InputError
        From every method, if the file is damaged, is not Parquet, or cannot be read within the bounds of
        :mod:`synthcode.bounded.limits`.
    """

    def __init__(
        self, path: Path, again: str = "fetch or write the file again", problem: str = "cannot be read as Parquet"
    ) -> None:
        self._path, self._again, self._problem = path, again, problem
        self._size = 0

    def schema(self) -> pa.Schema:
        """Return the names and types of the columns."""
        with self._open() as file, self._decoding():
            return file.schema_arrow

    def number_of_rows(self) -> int:
        """Return how many rows the footer says that there are."""
        with self._open() as file, self._decoding():
            return int(file.metadata.num_rows)

    def batches(self, columns: Sequence[str] | None, rows: int) -> Iterator[Rows]:
        """Yield all rows in order, at most ``rows`` at a time and no more than ``limits.BATCH`` bytes.

        Parameters
        ----------
        columns
            Names of those that are read, in this order; None reads all. Names that the file lacks are left out.
        rows
            The most rows at a time.
        """
        with self._open() as file, self._decoding():
            schema = _plain(file.schema_arrow)
            present = [name for name in (schema.names if columns is None else columns) if name in schema.names]
            groups = [
                number
                for number in range(file.metadata.num_row_groups)
                if file.metadata.row_group(number).num_rows > 0  # an empty one has no pages to look at
            ]
        first = 1
        for group in groups:
            for found in self._group(group, present, rows, schema):
                yield found._replace(first=first)
                first += found.size

    def _group(self, group: int, columns: Sequence[str], rows: int, schema: pa.Schema) -> Iterator[Rows]:
        plan = self._plan(group, columns, rows)
        with self._open(plan.dictionaries) as file:
            batches = file.iter_batches(plan.rows, row_groups=[group], columns=columns, use_threads=False)
            while True:
                with self._decoding():
                    batch = next(batches, None)
                if batch is None:
                    return
                yield from _cut(batch, schema)
                del batch  # before the next one is decoded

    def _plan(self, group: int, columns: Sequence[str], rows: int) -> ColumnPlan:
        selected = set(columns)
        most = rows
        dictionaries: list[str] = []
        with self._open() as file, open_regular(self._path) as stream, self._decoding():
            described = file.metadata.row_group(group)
            for number in range(described.num_columns):
                name = described.column(number).path_in_schema
                if name.partition(".")[0] not in selected:
                    continue
                try:
                    plan = column_plan(file, stream, group, number, rows)
                except TooLargeError as problem:
                    what = f"column {name!r} of row group {group} {problem}"
                    raise InputError(f"{self._path} cannot be read in bounded memory: {what}", self._again) from problem
                most = min(most, plan.rows)
                dictionaries += plan.dictionaries
        return ColumnPlan(most, dictionaries)

    def _open(self, dictionaries: Sequence[str] = ()) -> pq.ParquetFile:
        self._check_footer()
        with self._decoding():
            return pq.ParquetFile(
                self._path,
                memory_map=False,
                pre_buffer=False,
                read_dictionary=list(dictionaries),
                buffer_size=_BUFFER if self._size > _BUFFERED_FROM else 0,
            )

    @contextmanager
    def _decoding(self) -> Iterator[None]:
        """Name the file in errors of the decoder; names in the footer, too, are decoded only when they are read."""
        try:
            yield
        except (pa.ArrowException, OSError, ValueError, MemoryError) as problem:
            raise self._unreadable(first_line(problem)) from problem

    def _check_footer(self) -> None:
        if self._size:
            return
        with open_regular(self._path) as stream:
            self._size = stream.seek(0, 2)
            stream.seek(max(self._size - 8, 0))
            length = int.from_bytes(stream.read(8)[:4], "little")
        if self._size < 12 or length > self._size:
            raise self._unreadable("it is cut short, or something else")
        if length > limits.FOOTER:
            raise self._unreadable(f"its footer of {length:,} bytes is larger than {limits.FOOTER:,}")

    def _unreadable(self, what: str) -> InputError:
        return InputError(f"{self._path} {self._problem}: {what}", self._again)


def _cut(batch: pa.RecordBatch, schema: pa.Schema) -> Iterator[Rows]:
    """Cut a batch where it holds rows that are too large, and where rows with dictionaries unpack to too much."""
    if batch.nbytes <= limits.ROW and not _has_dictionaries(batch):
        yield Rows(0, batch.num_rows, batch)
        return
    sizes = row_sizes(batch)
    too_large = sizes > limits.ROW
    borders = np.flatnonzero(np.diff(too_large)) + 1
    for start, end in zip([0, *borders.tolist()], [*borders.tolist(), batch.num_rows], strict=True):
        if too_large[start]:
            yield Rows(0, end - start, None)
            continue
        while start < end:
            total = np.cumsum(sizes[start:end])
            count = max(1, int(np.searchsorted(total, limits.BATCH, side="right")))
            yield Rows(0, count, decoded(batch.slice(start, count), schema))
            start += count


def _plain(schema: pa.Schema) -> pa.Schema:
    """Return a schema whose columns hold their values: Arrow notes in the file that a column was a dictionary."""
    fields = [
        field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field for field in schema
    ]
    return pa.schema(fields, schema.metadata)


def _has_dictionaries(batch: pa.RecordBatch) -> bool:
    return any("dictionary<" in str(kind) for kind in batch.schema.types)
