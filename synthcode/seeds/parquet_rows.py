"""Rows of Parquet, a batch at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from synthcode.errors import InputError
from synthcode.seeds.files import DataFile
from synthcode.seeds.row import Row

_BATCH_ROWS = 1_000


def parquet_columns(file: DataFile) -> list[str]:
    """Return the names in the schema."""
    with _reporting(file):
        return list(pq.read_schema(file.path).names)


def read_parquet(file: DataFile, columns: Collection[str]) -> Iterator[Row]:
    """Yield the rows with those of ``columns`` that there are; text comes as bytes, for nobody has checked it.

    Raises
    ------
    InputError
        Where the file is damaged, or no Parquet.
    """
    with _reporting(file), pq.ParquetFile(file.path, memory_map=False, pre_buffer=False) as table:
        names = [name for name in table.schema_arrow.names if name in set(columns)]
        number = 0
        for batch in table.iter_batches(_BATCH_ROWS, columns=names, use_threads=False):
            cells = {name: _values(batch.column(name)) for name in names}
            for place in range(batch.num_rows):
                number += 1
                yield Row(f"{file.name}:{number}", {name: cells[name][place] for name in names})


@contextmanager
def _reporting(file: DataFile) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as problem:
        what = (str(problem).splitlines() or [""])[0]
        raise InputError(f"{file.path} cannot be read as Parquet: {what}", "fetch or write the file again") from problem


def _values(column: pa.Array) -> list[Any]:
    if pa.types.is_string(column.type):
        column = column.view(pa.binary())
    elif pa.types.is_large_string(column.type):
        column = column.view(pa.large_binary())
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:  # in a column of another kind, such as a nested one
        return [_value(cell) for cell in column]


def _value(cell: pa.Scalar) -> Any:
    try:
        return cell.as_py()
    except UnicodeDecodeError:
        return b"\xff"  # as wrong as what was there
