"""Rows of foreign tables by the columns that a benchmark needs: all of them, or an error that counts the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from synthcode.errors import InputError, did_you_mean
from synthcode.evaluation.classification.published.cells import BadCellError
from synthcode.seeds.rows.files import DataFile
from synthcode.seeds.rows.formats import columns_of, read_rows
from synthcode.seeds.rows.row import Row


class Field(NamedTuple):
    """A column that is read."""

    names: Sequence[str]
    """What it may be called; the first that is there counts."""
    parse: Callable[[Any], str]
    """Returns the cell's value; raises ``BadCellError``."""
    is_optional: bool = False
    """Whether a table may lack it. Its values are then empty."""


Fields = Mapping[str, Field]
"""Our name of each column -> how it is read."""


def renamed(fields: Fields, columns: Mapping[str, str]) -> dict[str, Field]:
    """Return fields with the names that ``--column OURS=THEIRS`` gives them.

    Raises
    ------
    InputError
        If there is no such field.
    """
    for ours in columns:
        if ours not in fields:
            raise InputError(
                f"no column of this benchmark is called {ours!r}{did_you_mean(ours, fields)}",
                f"use one of: --column {'=THEIRS, '.join(fields)}=THEIRS",
            )
    given = {ours: fields[ours]._replace(names=(theirs,), is_optional=False) for ours, theirs in columns.items()}
    return {**fields, **given}


def has_column(file: DataFile, field: Field) -> bool:
    """Return whether a table has a column."""
    return any(name in columns_of(file) for name in field.names)


def read_fields(files: Sequence[DataFile], fields: Fields) -> Iterator[dict[str, str]]:
    """Yield the values of every row.

    Raises
    ------
    InputError
        If a table lacks a column, or some rows cannot be used: at the end, with their number and the first of them.
    """
    return values_of(_named(files), _rows(files, fields), fields)


def values_of(where: str, rows: Iterable[Row], fields: Fields) -> Iterator[dict[str, str]]:
    """Yield the values of rows whose cells have the tables' own names.

    Raises
    ------
    InputError
        If some cannot be used: at the end, with their number and the first of them.
    """
    bad, total, first = 0, 0, ""
    for row in rows:
        total += 1
        try:
            yield _values(row, fields)
        except BadCellError as problem:
            bad, first = bad + 1, first or f"{row.place}: {problem}"
    if bad:
        raise InputError(
            f"{where}: {bad:,} of {total:,} rows cannot be used; the first is {first}",
            "correct or remove these rows, or fetch the benchmark again",
        )
    if not total:
        raise InputError(f"{where} holds no row", "fetch the benchmark again")


def _rows(files: Sequence[DataFile], fields: Fields) -> Iterator[Row]:
    for file in files:
        yield from read_rows(file, _columns(file, fields))


def _columns(file: DataFile, fields: Fields) -> set[str]:
    """Return the columns of a table that are read."""
    present = columns_of(file)
    columns = set()
    for ours, field in fields.items():
        theirs = next((name for name in field.names if name in present), None)
        if theirs is not None:
            columns.add(theirs)
        elif present and not field.is_optional:
            known = did_you_mean(field.names[0], present)
            raise InputError(
                f"{file.path} has no column {field.names[0]!r}{known}; it has: {', '.join(map(str, present))}",
                f"say which column it is: --column {ours}=THEIRS",
            )
        if theirs is not None and present.count(theirs) > 1:
            raise InputError(f"{file.path} has {present.count(theirs)} columns {theirs!r}", "rename all but one")
    return columns


def _values(row: Row, fields: Fields) -> dict[str, str]:
    if row.problem is not None:
        raise BadCellError(row.problem.detail)
    return {ours: _value(row, field) for ours, field in fields.items()}


def _value(row: Row, field: Field) -> str:
    theirs = next((name for name in field.names if name in row.cells), field.names[0])
    cell = row.cells.get(theirs)
    if cell is None and field.is_optional:
        return ""
    try:
        return field.parse(cell)
    except BadCellError as problem:
        raise BadCellError(f"{theirs!r} {problem}") from problem


def _named(files: Sequence[DataFile]) -> str:
    return str(files[0].path) if len(files) == 1 else f"{files[0].path.parent} ({len(files)} files)"
