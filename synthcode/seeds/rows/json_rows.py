"""Rows of JSON Lines."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import jsonlines
import orjson

from synthcode.bounded.lines import LongLine
from synthcode.errors import InputError, shell_word
from synthcode.seeds.rows.files import DataFile, lines
from synthcode.seeds.rows.row import Row, not_utf8, too_large, unreadable

_ROWS_FOR_COLUMNS = 100
_LINES_OF_START = 20
_OBJECT = re.compile(rb"\{\s*(?:[\"}]|$)")
_ARRAY = re.compile(rb"\[\s*(?:\{\s*[\"}]|[\"\[\]\d-]|(?:null|true|false)\b|$)")
"""How JSON begins: Python's lists with single quotes, TOML and RTF do not."""
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


def _is_object(text: bytes) -> bool:
    try:
        return isinstance(_loads(text), dict)
    except ValueError:
        return False


def jq_line(file: DataFile, query: str) -> str:
    """Return the fix that converts a file with jq; the query comes as a shell takes it."""
    unpack = {".gz": "zcat", ".bz2": "bzcat", ".xz": "xzcat", ".zst": "zstdcat"}.get(file.path.suffix.lower())
    source, name = (f"{unpack} {shell_word(file.name)} | ", "") if unpack else ("", f" {shell_word(file.name)}")
    return f"convert it: {source}jq -c {query}{name} > rows.jsonl"


def _not_json_lines(file: DataFile, row: Row) -> InputError:
    filled = filter(None, (line.strip(b"\xef\xbb\xbf \t\r\n") for line in lines(file)))
    first = next(filled, b"")
    start = b" ".join([first, *itertools.islice(filled, _LINES_OF_START)])
    if first.endswith(b",") and _is_object(first[:-1]):
        return InputError(
            f"{file.path} has a comma after each object",
            f"remove them: sed 's/,[[:space:]]*$//' {file.name} > rows.jsonl",
        )
    if _ARRAY.match(start):
        return InputError(f"{file.path} is one JSON array, not one object a line", jq_line(file, "'.[]'"))
    if _OBJECT.match(start):
        return InputError(f"{file.path} has JSON objects over several lines, not one a line", jq_line(file, "."))
    detail = f"{row.place}: {row.problem.detail}" if row.problem else ""
    return InputError(
        f"{file.path} is not JSON Lines: {detail}",
        "give JSON Lines, CSV (.csv, .tsv) or Parquet; --from source-tree reads programs",
    )
