"""Rows of Parquet, a batch at a time."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

import pyarrow as pa

from synthcode.bounded.parquet import ParquetRows
from synthcode.seeds.rows.files import DataFile
from synthcode.seeds.rows.row import Row, too_large

_BATCH_ROWS = 1_000


def parquet_columns(file: DataFile) -> list[str]:
    """Return the names in the schema."""
    return list(ParquetRows(file.path).schema().names)


def read_parquet(file: DataFile, columns: Collection[str]) -> Iterator[Row]:
    """Yield the rows with those of ``columns`` that there are; text comes as bytes, since nothing has checked it.

    Raises
    ------
    InputError
        If the file is damaged, is not Parquet, or cannot be read in bounded memory.
    """
    table = ParquetRows(file.path)
    labels = _class_labels(table.schema())
    for rows in table.batches(list(columns), _BATCH_ROWS):
        places = [f"{file.name}:{number}" for number in range(rows.first, rows.first + rows.size)]
        if rows.batch is None:
            yield from map(too_large, places)
            continue
        names = rows.batch.schema.names
        values = zip(names, map(_values, rows.batch.columns), strict=True)
        cells = [
            [_label(cell, labels[name]) for cell in column] if name in labels else column for name, column in values
        ]
        for position, place in enumerate(places):
            yield Row(place, {name: column[position] for name, column in zip(names, cells, strict=True)})


def _class_labels(schema: pa.Schema) -> dict[str, list[str]]:
    """Return the names of the values of ``datasets``' columns of classes, which hold numbers."""
    try:
        features = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
        return {
            column: [str(name) for name in feature["names"]]
            for column, feature in features.items()
            if isinstance(feature, dict) and feature.get("_type") == "ClassLabel" and isinstance(feature["names"], list)
        }
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return {}


def _label(cell: Any, names: list[str]) -> Any:
    return names[cell] if isinstance(cell, int) and 0 <= cell < len(names) else cell


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
