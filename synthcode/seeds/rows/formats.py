"""Rows of JSON Lines, CSV and Parquet: streamed, and counted where they cannot be read."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from synthcode.seeds.rows.csv_rows import csv_columns, read_csv
from synthcode.seeds.rows.files import DataFile, damage_first
from synthcode.seeds.rows.json_rows import json_columns, read_json
from synthcode.seeds.rows.kinds import format_of
from synthcode.seeds.rows.parquet_rows import parquet_columns, read_parquet
from synthcode.seeds.rows.row import Row


def columns_of(file: DataFile) -> list[str]:
    """Return the names of a table's columns; none where no row says any.

    For JSON Lines, which has no header, those of the first hundred rows.

    Raises
    ------
    InputError
        If the file is broken, or of another format.
    """
    with damage_first(file):
        match format_of(file):
            case "parquet":
                return parquet_columns(file)
            case "csv":
                return csv_columns(file)
            case "json":
                return json_columns(file)


def read_rows(file: DataFile, columns: Collection[str]) -> Iterator[Row]:
    """Yield every row of a table, in order; ``columns`` are those that are needed.

    Raises
    ------
    InputError
        If the file, rather than a row of it, is broken, or of another format.
    """
    with damage_first(file):
        match format_of(file):
            case "parquet":
                yield from read_parquet(file, columns)
            case "csv":
                yield from read_csv(file)
            case "json":
                yield from read_json(file)
