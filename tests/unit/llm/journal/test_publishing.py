"""Copies of databases for other machines."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from synthcode.errors import StorageError
from synthcode.llm.journal.publishing import PublishedDatabase, publish_all, publishing
from synthcode.storage.shared_folder import LocalFolder


class Counting(LocalFolder):
    """A folder that counts uploads, and refuses the first ones."""

    def __init__(self, path: Path, refused: int = 0) -> None:
        super().__init__(path)
        self.uploads, self._refused = 0, refused
        self.has_uploaded = threading.Event()

    def upload(self, file: Path, name: str) -> None:
        self.uploads += 1
        if self.uploads <= self._refused:
            raise StorageError("the line is cut", "wait")
        super().upload(file, name)
        self.has_uploaded.set()


def insert(file: Path, number: int) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE IF NOT EXISTS numbers (number)")
        connection.execute("INSERT INTO numbers VALUES (?)", (number,))


def numbers(file: Path) -> list[int]:
    with closing(sqlite3.connect(file)) as connection:
        return [number for (number,) in connection.execute("SELECT number FROM numbers")]


def test_only_what_is_new_is_published(tmp_path: Path) -> None:
    folder, file = Counting(tmp_path / "shared"), tmp_path / "a.sqlite"
    database = PublishedDatabase(file, folder, "journals/a.sqlite")
    publish_all([database])
    assert folder.uploads == 0
    for number in (1, 2):
        insert(file, number)
        publish_all([database])
        publish_all([database])
        assert folder.uploads == number
    assert numbers(tmp_path / "shared" / "journals" / "a.sqlite") == [1, 2]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.sqlite", "shared"]


def test_what_is_not_in_the_database_file_yet_is_published(tmp_path: Path) -> None:
    folder, file = LocalFolder(tmp_path / "shared"), tmp_path / "a.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        insert(file, 1)
        with connection:
            connection.execute("INSERT INTO numbers VALUES (2)")
        PublishedDatabase(file, folder, "a.sqlite").publish()
    assert numbers(tmp_path / "shared" / "a.sqlite") == [1, 2]


def test_a_database_that_is_there_stays(tmp_path: Path) -> None:
    folder = LocalFolder(tmp_path / "shared")
    insert(tmp_path / "a.sqlite", 1)
    PublishedDatabase(tmp_path / "a.sqlite", folder, "a.sqlite").publish()
    elsewhere = PublishedDatabase(tmp_path / "b" / "a.sqlite", folder, "a.sqlite")
    assert elsewhere.restore()
    assert numbers(elsewhere.file) == [1]
    insert(elsewhere.file, 2)
    assert not elsewhere.restore()
    assert numbers(elsewhere.file) == [1, 2]
    assert not PublishedDatabase(tmp_path / "c", folder, "missing.sqlite").restore()


def test_a_copy_that_fails_is_tried_again(tmp_path: Path) -> None:
    folder = Counting(tmp_path / "shared", refused=2)
    insert(tmp_path / "a.sqlite", 1)
    said: list[str] = []
    with publishing([PublishedDatabase(tmp_path / "a.sqlite", folder, "a.sqlite")], said.append, interval_s=0.001):
        assert folder.has_uploaded.wait(500)
    assert said == ["publishing: the line is cut"] * 2
    assert folder.uploads == 3


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").write_bytes(b"no database" * 999)
    with pytest.raises(StorageError, match="cannot be published: file is not a database"):
        PublishedDatabase(tmp_path / "a.sqlite", LocalFolder(tmp_path / "shared"), "a.sqlite").publish()
