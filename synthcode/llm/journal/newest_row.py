"""Whether a journal has grown, without reading it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def newest_row(path: Path) -> int:
    """Return the number of a journal's newest row, which grows with each new request; 0 if it cannot be read."""
    if not path.is_file():
        return 0
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            (newest,) = connection.execute("SELECT max(rowid) FROM completions").fetchone()
    except sqlite3.Error:
        return 0
    return newest if isinstance(newest, int) else 0
