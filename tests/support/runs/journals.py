"""Looking into a journal."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

import pyarrow as pa

from synthcode.llm.journal.journal import Journal
from synthcode.schemas.records import Request
from synthcode.schemas.tables import COMPLETIONS


def completed_ids(journal: Journal, request_ids: Sequence[str]) -> set[str]:
    """Return those of the requests that have an answer."""
    return {name for name, error in journal.errors(request_ids).items() if error is None}


def raw_answer(path: Path, request_id: str) -> bytes | None:
    """Return the server's whole answer to a request; None if there is none."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        row = connection.execute("SELECT answer FROM completions WHERE request_id = ?", (request_id,)).fetchone()
    return None if row is None or row[0] is None else zlib.decompress(row[0])


def exported(journal: Journal, requests: Iterable[Request]) -> pa.Table:
    """Return the finished ones of the requests (schema ``COMPLETIONS``)."""
    return pa.concat_tables([COMPLETIONS.empty_table(), *journal.export(requests)])
