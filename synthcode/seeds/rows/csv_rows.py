"""Rows of CSV, with cells of several lines; a row that is broken does not take others along."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator

from synthcode.bounded import limits
from synthcode.bounded.lines import LongLine
from synthcode.errors import InputError
from synthcode.seeds.rows.files import DataFile, lines
from synthcode.seeds.rows.row import Row, not_utf8, unreadable

_LINE_BYTES = 100
"""What a line takes in memory however short it is."""


def csv_columns(file: DataFile) -> list[str]:
    """Return the names in the first row; none for an empty file."""
    return _header(file, _Records(file).read())


def read_csv(file: DataFile) -> Iterator[Row]:
    """Yield the rows below the header.

    Where quotes are wrong, the first line alone is taken for the broken row: most likely it opens a quote and does not
    close it, and the lines up to where that shows are rows of their own.

    Raises
    ------
    InputError
        If the file or its header cannot be read.
    """
    records = _Records(file)
    rows = records.read()
    header = _header(file, rows)
    for number, cells in rows:
        place = f"{file.name}:{number}"
        if isinstance(cells, str):
            records.give_back()
            yield unreadable(place, f"{place}: {cells}")
        elif len(cells) != len(header):
            yield unreadable(place, f"{place} has {len(cells)} cells, the header {len(header)}")
        elif any(map(_has_stray_bytes, cells)):
            yield not_utf8(place, f"{place} is not UTF-8")
        else:
            yield Row(place, dict(zip(header, cells, strict=True)))


def _header(file: DataFile, rows: Iterator[tuple[int, list[str] | str]]) -> list[str]:
    _, cells = next(rows, (0, []))
    if isinstance(cells, str):
        raise InputError(f"{file.path} has a broken header: {cells}", "fix its first line: the names of the columns")
    return cells


def _has_stray_bytes(cell: str) -> bool:
    """Return whether bytes that are no UTF-8 were carried along as surrogates."""
    return not cell.isascii() and any("\udc80" <= character <= "\udcff" for character in cell)


class _Records:
    """The records of a file, each with the number of its first line; lines can be given back."""

    def __init__(self, file: DataFile) -> None:
        self._delimiter = "\t" if ".tsv" in file.name.lower() else ","
        self._fresh = enumerate(lines(file), 1)
        self._waiting: deque[tuple[int, str]] = deque()
        self._taken: list[tuple[int, str]] = []

    def give_back(self) -> None:
        """Return all lines of the last record but its first."""
        self._waiting.extendleft(reversed(self._taken[1:]))

    def read(self) -> Iterator[tuple[int, list[str] | str]]:
        """Yield line number and cells, or what is wrong with them. Blank lines are no records."""
        while True:
            self._taken = []
            cells = self._next_record()
            if not self._taken:
                return
            if cells != []:
                yield self._taken[0][0], cells

    def _next_record(self) -> list[str] | str:
        # A reader a record: after a mistake another one starts afresh, whatever quotes were open.
        before = csv.field_size_limit(limits.ROW)
        try:
            return next(csv.reader(self._lines(), delimiter=self._delimiter, strict=True), [])
        except csv.Error as problem:
            return str(problem)
        finally:
            csv.field_size_limit(before)

    def _lines(self) -> Iterator[str]:
        held = 0
        while True:
            if self._waiting:
                line = self._waiting.popleft()
            else:
                number, raw = next(self._fresh, (0, b""))
                if not raw:
                    return
                text = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
                line = number, text.decode("utf-8", "surrogateescape")
                if isinstance(raw, LongLine):
                    held = limits.ROW
            self._taken.append(line)
            held += len(line[1]) + _LINE_BYTES
            if held > limits.ROW:
                raise csv.Error(f"the row is larger than {limits.ROW:,} bytes: is a quote not closed?")
            yield line[1]
