"""Tables as files of lines: JSON Lines and tab-separated values, written as ``ShardWriter`` writes Parquet."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import orjson
import pyarrow as pa

from synthcode.errors import InputError

_TAKEN_FOR_MARKS = re.compile('["\r\v\f\x1c-\x1e\x85\u2028\u2029]')
"""Quotes, and what else some reader takes for the end of a line."""


class TableWriter(Protocol):
    """Takes tables, and gives the files that hold them."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def write(self, table: pa.Table) -> None:
        """Add rows."""

    def commit(self) -> list[Path]:
        """Make what was written durable, and return its files."""


class _LineWriter:
    """A file of lines, made at once and grown by ``write``: for folders that are put into place when complete."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._stream = path.open("wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._stream.close()
        except OSError:
            if error is None:
                raise

    def commit(self) -> list[Path]:
        """Make what was written durable, and return its file."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        return [self._path]


class JsonLinesWriter(_LineWriter):
    """One JSON object a row, with the table's columns as keys."""

    def write(self, table: pa.Table) -> None:
        """Add rows."""
        self._stream.write(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in table.to_pylist()))


class TabSeparatedWriter(_LineWriter):
    """A header, if one is given, then one line a row. Nothing is quoted: readers differ in what they make of quotes."""

    def __init__(self, path: Path, header: Sequence[str] | None = None) -> None:
        super().__init__(path)
        if header is not None:
            self._write_rows([tuple(header)])

    def write(self, table: pa.Table) -> None:
        """Add rows.

        Raises
        ------
        InputError
            If a value has a tab, quote or line break in it.
        """
        self._write_rows(list(zip(*(column.to_pylist() for column in table.columns), strict=True)))

    def _write_rows(self, rows: Sequence[tuple[object, ...]]) -> None:
        text = "".join("\t".join(map(str, row)) + "\n" for row in rows)
        marks = text.count("\t"), text.count("\n")
        if marks != (sum(len(row) - 1 for row in rows), len(rows)) or _TAKEN_FOR_MARKS.search(text):
            raise InputError(
                f"{self._path.name}: a value has a tab, quote or line break in it",
                "fix the ids of the dataset: 'synthcode build' gives programs and seeds hexadecimal ones",
            )
        self._stream.write(text.encode())
