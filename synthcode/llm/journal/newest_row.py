"""Whether a journal has grown, without reading it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

_TABLE = "SELECT 1 FROM sqlite_master WHERE name = 'completions' AND type = 'table' AND rootpage > 0"
"""A view or a virtual table of a stranger's journal would run when it is used."""


def newest_row(path: Path) -> int:
    """Return the number of a journal's newest row, which grows with each new request; 0 if it cannot be read.

    Rows that a killed command has left in the write-ahead log are not counted: SQLite would make files to read them.
    """
    if not path.is_file():
        return 0
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as connection:
            if connection.execute(_TABLE).fetchone() is None:
                return 0
            (newest,) = connection.execute("SELECT max(rowid) FROM completions").fetchone()
    except sqlite3.Error:
        return 0
    return newest if isinstance(newest, int) else 0
