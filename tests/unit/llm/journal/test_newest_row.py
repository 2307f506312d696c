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


def test_no_file_is_made_next_to_the_journal(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE completions (request_id TEXT PRIMARY KEY)")
        connection.execute("INSERT INTO completions VALUES ('a')")
    connection.close()
    assert newest_row(file) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["journal.sqlite"]


def test_a_view_is_not_run(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite"
    endless = "WITH RECURSIVE n(rowid) AS (SELECT 1 UNION ALL SELECT rowid + 1 FROM n) SELECT rowid FROM n"
    with sqlite3.connect(file) as connection:
        connection.execute(f"CREATE VIEW completions AS {endless}")
    connection.close()
    assert newest_row(file) == 0
