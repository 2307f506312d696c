"""Checksums of the journal's rows: a flipped bit in a stored answer must not become part of a dataset."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

import orjson

CHECKSUM_BYTES = 8


def row_checksum(values: Sequence[Any]) -> bytes:
    """Return 64 bits of BLAKE2b over a row's values."""
    return hashlib.blake2b(orjson.dumps(values, default=repr), digest_size=CHECKSUM_BYTES).digest()


def is_intact(values: Sequence[Any], checksum: bytes | None) -> bool:
    """Whether a row has its checksum, or none: rows of journals of version 1."""
    return checksum is None or row_checksum(values) == checksum


def has_tables(connection: sqlite3.Connection) -> bool:
    """Whether anything was written to the file."""
    return connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None


def has_checksums(connection: sqlite3.Connection) -> bool:
    """Whether the journal's table has a column for them."""
    return any(name == "checksum" for _, name, *_ in connection.execute("PRAGMA table_info(completions)"))


def damaged_rows(connection: sqlite3.Connection, columns: Sequence[str]) -> Iterator[tuple[int]]:
    """Yield the number of each row that does not have its checksum, in one pass over the table."""
    decoded, connection.text_factory = connection.text_factory, _decoded
    try:
        # No index: what is in the table counts.
        query = f"SELECT rowid, checksum, {', '.join(columns)} FROM completions NOT INDEXED"
        for number, checksum, *values in connection.execute(query):
            if not is_intact(values, checksum):
                yield (number,)
    finally:
        connection.text_factory = decoded


def repair_indexes(connection: sqlite3.Connection) -> None:
    """Make the indexes again if they do not fit the table.

    Raises
    ------
    sqlite3.DatabaseError
        If that does not help.
    """
    if _problem(connection) is None:
        return
    connection.execute("REINDEX")
    problem = _problem(connection)
    if problem is not None:
        error = sqlite3.DatabaseError(problem)
        error.sqlite_errorname = "SQLITE_CORRUPT"
        raise error


def _problem(connection: sqlite3.Connection) -> str | None:
    (line,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    return None if line == "ok" else str(line)


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace")
