"""Rows of CSV, with cells of several lines."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import NamedTuple

from synthcode.bounded import limits
from synthcode.bounded.lines import LongLine
from synthcode.errors import InputError
from synthcode.seeds.rows.files import DataFile, lines
from synthcode.seeds.rows.row import Row, not_utf8, unreadable

_LINE_BYTES = 100
"""What a line takes in memory however short it is."""

_DELIMITERS = (",", ";", "\t", "|")
_HEADER_BYTES = 1 << 16
"""Of the header, to find out what separates its names."""
_OLD_LINE_ENDS = "new-line character"
"""In the reader's words about them."""
_SEPARATOR_LINE = re.compile(r"sep=([^\r\n])\r?\n?")
"""The line that Excel writes before the header."""


def csv_columns(file: DataFile) -> list[str]:
    """Return the names in the first row; an empty list for an empty file."""
    return _header(file, _records(file))


def read_csv(file: DataFile) -> Iterator[Row]:
    """Yield the rows below the header.

    A broken record, for example one with an unclosed quote, counts as one broken row for each of its lines.

    Raises
    ------
    InputError
        If the file or its header cannot be read.
    """
    records = _records(file)
    header = _header(file, records)
    for record in records:
        first, *others = (f"{file.name}:{number}" for number in record.lines)
        if record.problem is not None:
            yield unreadable(first, record.problem)
            for place in others:
                yield unreadable(place, f"it belongs to the broken row that begins at {first}")
        elif len(record.cells) != len(header):
            yield unreadable(first, f"{len(record.cells)} cells, where the header has {len(header)}")
        elif any(map(_has_stray_bytes, record.cells)):
            yield not_utf8(first, "it is not UTF-8")
        else:
            yield Row(first, dict(zip(header, record.cells, strict=True)))


class _Record(NamedTuple):
    lines: range
    """Its numbers, from 1."""
    cells: list[str]
    problem: str | None


def _header(file: DataFile, records: Iterator[_Record]) -> list[str]:
    header = next(records, _Record(range(0), [], None))
    if header.problem is not None and _OLD_LINE_ENDS in header.problem and "\n" not in _first_line(file):
        raise InputError(
            f"{file.path} has lines that end in carriage returns only",
            f"convert it: tr '\\r' '\\n' < {file.name} > new.csv",
        )
    if header.problem is not None:
        raise InputError(
            f"{file.path} has a broken header: {header.problem}", "fix its first line: the names of the columns"
        )
    return header.cells


def _has_stray_bytes(cell: str) -> bool:
    """Return whether bytes that are not UTF-8 were carried along as surrogates."""
    return not cell.isascii() and any("\udc80" <= character <= "\udcff" for character in cell)


def _records(file: DataFile) -> Iterator[_Record]:
    """Yield the records of a file. Blank lines are not records."""
    source = _Lines(file)
    header = _first_line(file)
    named = _SEPARATOR_LINE.fullmatch(header)
    if named:
        next(source)
    delimiter = named.group(1) if named else _delimiter(header, file.name)
    # Where each separator of the header has a blank after it, that of cells has one, too.
    spaced = header.count(delimiter) > 0 and header.count(delimiter) == header.count(f"{delimiter} ")
    reader = csv.reader(source, delimiter=delimiter, strict=True, skipinitialspace=spaced)
    while True:
        first = source.begin_record()
        before = csv.field_size_limit(limits.ROW)
        problem = None
        try:
            cells = next(reader)
        except csv.Error as error:  # the reader starts afresh at the next line
            cells, problem = [], str(error)
        except StopIteration:
            return
        finally:
            csv.field_size_limit(before)
        if cells or problem is not None:
            yield _Record(range(first, source.number + 1), cells, problem)


def _first_line(file: DataFile) -> str:
    return next(lines(file), b"")[:_HEADER_BYTES].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


def _delimiter(header: str, name: str) -> str:
    """Return what separates the most names in a header; a comma if nothing separates more."""
    if "\t" in header and (".tsv" in name.lower() or ".tab" in name.lower()):
        return "\t"
    return max(_DELIMITERS, key=lambda delimiter: _count_names(header, delimiter))


def _count_names(header: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([header], delimiter=delimiter), []))
    except csv.Error:  # a carriage return within a name, as files of old Macs have it
        return 0


class _Lines:
    """The lines of a file as text. A record beyond the bound is an error, after which reading goes on."""

    def __init__(self, file: DataFile) -> None:
        self._lines = lines(file)
        self._record_bytes = 0
        self.number = 0
        """Of the last line, from 1."""

    def begin_record(self) -> int:
        """Count the bytes of a record from here on; return the number of its first line."""
        self._record_bytes = 0
        return self.number + 1

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        raw = next(self._lines)
        self.number += 1
        self._record_bytes += len(raw) + _LINE_BYTES
        if isinstance(raw, LongLine) or self._record_bytes > limits.ROW:
            raise csv.Error(f"the row is larger than {limits.ROW:,} bytes: is a quote not closed?")
        return (raw.removeprefix(b"\xef\xbb\xbf") if self.number == 1 else raw).decode("utf-8", "surrogateescape")
