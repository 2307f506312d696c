"""SQLite files of scores and representations: durable at once, and named in two lines if they cannot be used."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from synthcode.errors import InputError, StorageError


class SqliteFile:
    """A file with tables of one kind.

    Parameters
    ----------
    path
        It is made if it is not there.
    application
        SQLite's ``application_id`` of such files.
    schema
        Statements that make the tables.
    then
        What follows from the removal of a damaged file: ``its texts are encoded again``.

    Raises
    ------
    InputError
        If the file is damaged, or something else.
    StorageError
        If it cannot be read or written.
    """

    def __init__(self, path: Path, application: int, schema: str, then: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self._then = path, then
        with self._errors():
            # One thread uses it at a time, whichever that is.
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            try:
                self._prepare(application, schema)
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Provide the connection, for reading."""
        with self._errors():
            yield self._connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Provide the connection; all that is written is durable when the block is left, or nothing is written."""
        with self._errors():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _prepare(self, application: int, schema: str) -> None:
        connection = self._connection
        kinds = {kind for (kind,) in connection.execute("SELECT type FROM sqlite_master")}
        (found,) = connection.execute("PRAGMA application_id").fetchone()
        # A view or a trigger would run when the tables are used.
        if kinds - {"table", "index"} or (kinds and found != application):
            raise InputError(f"{self.path} is not a file of synthcode's", "move it away, or give --store")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if not kinds:
            connection.executescript(f"BEGIN IMMEDIATE; PRAGMA application_id = {application}; {schema} COMMIT")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as problem:
            code = str(getattr(problem, "sqlite_errorname", ""))
            if code == "SQLITE_NOTADB" or code.startswith("SQLITE_CORRUPT"):
                raise InputError(f"{self.path} is damaged: {problem}", f"remove the file: {self._then}") from problem
            raise StorageError(
                f"{self.path} cannot be used: {problem}",
                "free disk space, or see that the folder is yours to write; what was stored is kept",
            ) from problem
