"""The journal: every answer, durable before it counts, in one SQLite file in the run directory."""

from __future__ import annotations

import sqlite3
import threading
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from synthcode import redaction
from synthcode.llm.journal import checks
from synthcode.llm.journal.account_failures import is_account_failure
from synthcode.llm.journal.errors import damaged_row, foreign_file, newer_file, refusal
from synthcode.llm.journal.schema import (
    ADD_CHECKSUMS,
    APPLICATION_ID,
    CHECKED_COLUMNS,
    COUNT,
    MARKS,
    REQUEST_COLUMNS,
    SCHEMA,
    UPSERT,
    VERSION,
    request_values,
)
from synthcode.schemas.records import Completion, Request
from synthcode.schemas.tables import COMPLETIONS

EXPORT_BLOCK = 1000


# What failed for want of a key or of credit says nothing about its request, which is pending.
_ACCOUNT_FAILED = "error IS NOT NULL AND is_account_failure(error)"
_HAS_ACCOUNT_FAILURES = f"SELECT 1 FROM completions WHERE {_ACCOUNT_FAILED} LIMIT 1"
_HIDE_ACCOUNT_FAILURES = (
    f"CREATE TEMP VIEW completions AS SELECT * FROM main.completions WHERE NOT coalesce({_ACCOUNT_FAILED}, 0)"
)


@dataclass(frozen=True, slots=True)
class JournalCounts:
    """How many requests have an answer, and how many failed; by target language."""

    completed: Counter[str]
    failed: Counter[str]


class Journal:
    """Answers by ``request_id``, in SQLite's write-ahead mode with every commit synced to disk.

    May be used from several threads, one call at a time. The file is opened when it is first used. Failures that
    earlier versions stored for the sake of the account (a refused key, a spent budget) are dropped, or hidden if
    ``read_only``: their requests are pending.

    Parameters
    ----------
    path
        The file; it is created with its folder, but not where ``read_only``: no file counts as empty then.
    read_only
        For looking on while another process writes.

    Raises
    ------
    InputError
        From every method, if the file is damaged or is not a journal of this version.
    StorageError
        From every method, where the disk is full or the file cannot be read or written.
    """

    def __init__(self, path: Path, read_only: bool = False) -> None:
        self.path = path
        self._read_only = read_only
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._had_account_failures = False
        self._checksum = "checksum"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_problem: object) -> None:
        self.close()

    def append(self, rows: Sequence[tuple[Request, Completion]]) -> None:
        """Store answers and failures in one commit; they are on the disk when this returns."""
        redactor = redaction.current()
        values = [_row(request, completion, redactor) for request, completion in rows]
        with self._transaction() as connection:
            connection.executemany(UPSERT, values)

    def errors(self, request_ids: Sequence[str]) -> dict[str, str | None]:
        """Return the error of each request that is in the journal, None if it has an answer.

        At most 32,766 ids at a time, SQLite's bound on parameters.
        """
        marks = ", ".join("?" * len(request_ids))
        with self._use() as connection:
            query = f"SELECT request_id, error FROM completions WHERE request_id IN ({marks})"
            return dict(connection.execute(query, request_ids).fetchall())

    def counts(self) -> JournalCounts:
        """Count answers and failures by target language."""
        with self._use() as connection:
            rows = connection.execute(COUNT).fetchall()
        total, failed = (Counter({name: count for name, part, count in rows if part == which}) for which in (0, 1))
        return JournalCounts(completed=total - failed, failed=failed)

    def failures(self) -> Counter[str]:
        """Count failures by kind."""
        query = "SELECT substr(error, 1, instr(error || ':', ':') - 1), count(*) FROM completions"
        with self._use() as connection:
            return Counter(dict(connection.execute(f"{query} WHERE error IS NOT NULL GROUP BY 1").fetchall()))

    def had_account_failures(self) -> bool:
        """Return whether the file held failures of the account when it was opened: they are dropped or hidden now."""
        with self._use():
            return self._had_account_failures

    def drop_damaged(self) -> int:
        """Remove rows whose checksum does not fit, so that they are asked again; return how many.

        Rows of journals of version 1 have none. Indexes that do not fit their table are made again.

        Raises
        ------
        InputError
            If the file is damaged beyond that.
        """
        with self._use() as connection:
            checks.repair_indexes(connection)
            damaged = list(checks.damaged_rows(connection, CHECKED_COLUMNS))
        with self._transaction() as connection:
            connection.executemany("DELETE FROM completions WHERE rowid = ?", damaged)
        return len(damaged)

    def export(self, requests: Iterable[Request]) -> Iterator[pa.Table]:
        """Yield the finished ones of the requests, in their order, as tables with the columns of COMPLETIONS.

        What describes the request is taken from it, not from the journal: two seeds may share a request.
        Holds one table in memory: the answers to 1,000 requests.

        Raises
        ------
        InputError
            If a row is damaged.
        """
        pulled = iter(requests)
        answer_at = len(REQUEST_COLUMNS)
        while block := list(islice(pulled, EXPORT_BLOCK)):
            ids = [request.request_id for request in block]
            with self._use() as connection:
                marked = ", ".join((*CHECKED_COLUMNS, self._checksum))
                query = f"SELECT {marked} FROM completions WHERE request_id IN ({', '.join('?' * len(ids))})"
                rows_found = connection.execute(query, ids).fetchall()
            found = {}
            for name, *values, checksum in rows_found:
                if not checks.is_intact((name, *values), checksum):
                    raise damaged_row(self.path, name)
                found[name] = values[answer_at - 1 :]
            rows = [(*request_values(one), *found[one.request_id]) for one in block if one.request_id in found]
            if rows:
                columns = zip(*rows, strict=True)
                arrays = [pa.array(values, kind) for values, kind in zip(columns, COMPLETIONS.types, strict=True)]
                yield pa.table(arrays, schema=COMPLETIONS)

    def get_meta(self, key: str) -> str | None:
        """Return what was stored under a key, or None."""
        with self._use() as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def set_meta(self, key: str, value: str) -> None:
        """Store a text under a key."""
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))

    def close(self) -> None:
        """Fold the write-ahead log into the file and close it. Using the journal opens it again."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is None:
                return
            # Not folding it in, say for want of space, loses nothing: the log stays, and is read.
            with suppress(sqlite3.Error):
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()

    @contextmanager
    def _use(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._open()
                yield self._connection
            except (sqlite3.Error, OSError) as problem:
                raise refusal(self.path, problem) from problem

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._use() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _open(self) -> sqlite3.Connection:
        if not self._read_only:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return self._connect(self.path.absolute().as_uri())
        if self.path.exists():
            connection = self._connect(f"{self.path.absolute().as_uri()}?mode=ro")
            if checks.has_tables(connection):
                return connection
            connection.close()
        connection = self._connect("file::memory:")
        connection.executescript(SCHEMA)
        return connection

    def _connect(self, uri: str) -> sqlite3.Connection:
        connection = sqlite3.connect(uri, uri=True, timeout=30.0, isolation_level=None, check_same_thread=False)
        try:
            self._recognise(connection)
            if self._read_only and checks.has_tables(connection) and not checks.has_checksums(connection):
                self._checksum = "NULL"
            if not self._read_only:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                if not checks.has_tables(connection):
                    connection.executescript(f"BEGIN IMMEDIATE; {MARKS} {SCHEMA} COMMIT")
                elif not checks.has_checksums(connection):
                    connection.executescript(f"BEGIN IMMEDIATE; {ADD_CHECKSUMS} {MARKS} COMMIT")
            self._forget_account_failures(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _recognise(self, connection: sqlite3.Connection) -> None:
        if not checks.has_tables(connection):
            return
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        # A view or a trigger would run when the tables are used: it may be without end, or delete answers.
        added = connection.execute("SELECT 1 FROM sqlite_master WHERE type IN ('view', 'trigger')").fetchone()
        if application != APPLICATION_ID or added is not None:
            raise foreign_file(self.path)
        if version > VERSION:
            raise newer_file(self.path, version, VERSION)

    def _forget_account_failures(self, connection: sqlite3.Connection) -> None:
        # SQLite may call it for rows without an error: no order of evaluation is promised.
        connection.create_function("is_account_failure", 1, lambda error: is_account_failure(error or ""))
        found = checks.has_tables(connection) and connection.execute(_HAS_ACCOUNT_FAILURES).fetchone()
        self._had_account_failures = bool(found)
        if not found:
            return
        if self._read_only:
            connection.execute(_HIDE_ACCOUNT_FAILURES)
        else:
            connection.execute(f"DELETE FROM completions WHERE {_ACCOUNT_FAILED}")


def _row(request: Request, completion: Completion, redactor: redaction.Redactor) -> tuple[Any, ...]:
    answer = None if completion.raw is None else zlib.compress(redactor.answer(completion.raw), 1)
    values = (
        *request_values(request),
        redactor.tree(completion.text),
        redactor.tree(completion.finish_reason),
        completion.prompt_tokens,
        completion.completion_tokens,
        round(float(completion.latency_s), 3),
        completion.attempts,
        redactor.tree(completion.error),
    )
    return (*values, answer, checks.row_checksum(values))
