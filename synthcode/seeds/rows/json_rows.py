"""Rows of JSON Lines."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import jsonlines
import orjson

from synthcode.bounded.lines import LongLine
from synthcode.errors import InputError
from synthcode.seeds.rows.files import DataFile, lines
from synthcode.seeds.rows.row import Row, not_utf8, too_large, unreadable

_ROWS_FOR_COLUMNS = 100
_TOO_LONG = b"too long"
"""Stands for a line that was not read: it is not JSON."""


def json_columns(file: DataFile) -> list[str]:
    """Return the keys of the first rows, in their order."""
    return list(dict.fromkeys(key for row in itertools.islice(read_json(file), _ROWS_FOR_COLUMNS) for key in row.cells))


def read_json(file: DataFile) -> Iterator[Row]:
    """Yield the objects of a file, one per line. Blank lines are skipped.

    Raises
    ------
    InputError
        If the file cannot be read, or if none of its first hundred rows is an object.
    """
    rows = _rows(file)
    first = list(itertools.islice(rows, _ROWS_FOR_COLUMNS))
    if first and all(row.problem is not None and row.problem.reason == "unreadable_row" for row in first):
        raise _not_json_lines(file, first[0])
    yield from first
    yield from rows


def _rows(file: DataFile) -> Iterator[Row]:
    number = 0

    def counted() -> Iterator[bytes]:
        nonlocal number
        for line in lines(file):
            number += 1
            yield _TOO_LONG if isinstance(line, LongLine) else line

    reader = jsonlines.Reader(counted(), loads=_loads)
    while True:
        try:
            cells = reader.read(type=dict, skip_empty=True)
        except EOFError:
            return
        except jsonlines.InvalidLineError as problem:
            place = f"{file.name}:{problem.lineno}"
            if problem.line == _TOO_LONG.decode():
                yield too_large(place)
                continue
            broken = not_utf8 if isinstance(problem.__cause__, UnicodeDecodeError) else unreadable
            yield broken(place, str(problem).rpartition(" (line")[0])
        else:
            yield Row(f"{file.name}:{number}", cells)


def _loads(line: str | bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(line)  # takes NaN, and escaped lone surrogates, which are rejected by name later
    except RecursionError as problem:
        raise ValueError("nested too deeply") from problem


def _not_json_lines(file: DataFile, row: Row) -> InputError:
    start = next((line.lstrip(b"\xef\xbb\xbf \t\r\n") for line in lines(file) if line.strip()), b"")
    unpack = {".gz": "zcat", ".bz2": "bzcat", ".xz": "xzcat", ".zst": "zstdcat"}.get(file.path.suffix.lower())
    source, name = (f"{unpack} {file.name} | ", "") if unpack else ("", f" {file.name}")
    if start.startswith(b"["):
        fix = f"convert it: {source}jq -c '.[]'{name} > rows.jsonl"
        return InputError(f"{file.path} is one JSON array, not one object a line", fix)
    if start.startswith(b"{"):
        fix = f"convert it: {source}jq -c .{name} > rows.jsonl"
        return InputError(f"{file.path} has JSON objects over several lines, not one a line", fix)
    detail = f"{row.place}: {row.problem.detail}" if row.problem else ""
    return InputError(
        f"{file.path} is not JSON Lines: {detail}",
        "give JSON Lines, CSV (.csv, .tsv) or Parquet; --from source-tree reads programs",
    )
