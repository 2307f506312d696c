from __future__ import annotations

import sqlite3
from pathlib import Path

from synthcode.llm.journal.newest_row import newest_row


def test_the_newest_row_is_that_of_the_last_request(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE completions (request_id TEXT PRIMARY KEY)")
        assert newest_row(file) == 0
        connection.executemany("INSERT INTO completions VALUES (?)", [("a",), ("b",)])
    connection.close()
    assert newest_row(file) == 2


def test_what_is_no_journal_has_no_row(tmp_path: Path) -> None:
    (tmp_path / "broken").write_text("not SQLite, but long enough to look like something" * 40)
    for name in ("absent", "broken"):
        assert newest_row(tmp_path / name) == 0
    assert not (tmp_path / "absent").exists()
