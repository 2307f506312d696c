"""Verdicts that were reached before, in one SQLite file of a run directory, and one that runs share.

It only saves work: a row that does not have its checksum counts as not judged. A run's own file that is damaged, or not
what this module writes, is replaced by an empty one; a shared one is refused.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from synthcode.errors import InputError, StorageError

Verdict = dict[str, Any]
"""Columns of ``TRANSLATIONS`` or ``REJECTED`` that say what was decided; a rejection has a ``reason``."""

_KEY_BYTES = 16
_PATIENCE_S = 60.0
"""For another run that writes to a shared file."""
_SCHEMA = "CREATE TABLE verdicts (key BLOB PRIMARY KEY, rules TEXT, reason TEXT, verdict BLOB, checksum BLOB)"
_KEYS_AT_ONCE = 500
_LOG_PAGES = 10_000
"""Of 4 KiB, before the log is folded in: keys are random, so that each time most pages of their index are written."""
_CHECKSUM_BYTES = 8


def verdict_key(*parts: Any) -> bytes:
    """Return the digest of all that a verdict depends on: parts that JSON can hold."""
    content = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(content, digest_size=_KEY_BYTES).digest()


class VerdictStore:
    """Verdicts by the digest of all that they depend on; each batch is stored before the next is judged.

    Parameters
    ----------
    path
        The file; made where missing.
    rules
        Digest of the judge's settings and version. Verdicts by other rules are removed when the store is pruned.
    is_shared
        Whether other runs use the file, and the user named it: it is never replaced.

    Raises
    ------
    StorageError
        From every method, if the disk is full or the file cannot be read or written.
    InputError
        If a shared file is damaged, or holds anything else.
    """

    def __init__(self, path: Path, rules: str, *, is_shared: bool = False) -> None:
        self._path, self._rules, self._is_shared = path, rules, is_shared

    def __enter__(self) -> Self:
        with _storage_errors(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._connection = open_verdicts(self._path)
            except sqlite3.DatabaseError as problem:
                if isinstance(problem, sqlite3.OperationalError):
                    raise
                if self._is_shared:
                    raise InputError(
                        f"{self._path} is damaged, or is not a file of verdicts: {problem}",
                        "name another file, or remove this one: verdicts are then reached again",
                    ) from problem
                remove(self._path)
                self._connection = open_verdicts(self._path)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def find(self, keys: Sequence[bytes]) -> dict[bytes, Verdict]:
        """Return the verdicts that are known, by key."""
        found: dict[bytes, Verdict] = {}
        with _storage_errors(self._path):
            for start in range(0, len(keys), _KEYS_AT_ONCE):
                some = keys[start : start + _KEYS_AT_ONCE]
                query = f"SELECT key, verdict, checksum FROM verdicts WHERE key IN ({','.join('?' * len(some))})"
                for key, verdict, checksum in self._connection.execute(query, some):
                    if (checked := checked_verdict(key, verdict, checksum)) is not None:
                        found[key] = checked
        return found

    def add(self, verdicts: Iterable[tuple[bytes, Mapping[str, Any]]]) -> None:
        """Store verdicts: they survive a kill of the process."""
        self.add_of((key, self._rules, verdict) for key, verdict in verdicts)

    def add_of(self, verdicts: Iterable[tuple[bytes, str, Mapping[str, Any]]]) -> None:
        """Store verdicts, each with the digest of the rules that it was reached by."""
        rows = []
        for key, rules, verdict in verdicts:
            content = orjson.dumps(verdict)
            rows.append((key, rules, verdict.get("reason"), content, _checksum(key, content)))
        with _storage_errors(self._path), self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?, ?, ?)", rows)

    def forget(self, reasons: Sequence[str]) -> None:
        """Remove rejections for these reasons: they may depend on how busy the machine was."""
        with _storage_errors(self._path), self._connection:
            marks = ",".join("?" * len(reasons))
            self._connection.execute(f"DELETE FROM verdicts WHERE reason IN ({marks})", reasons)

    def prune(self) -> None:
        """Remove the verdicts by other rules."""
        with _storage_errors(self._path), self._connection:
            self._connection.execute("DELETE FROM verdicts WHERE rules <> ?", (self._rules,))


class SharedVerdicts:
    """A run's own verdicts, and those of other runs if they share a file.

    Parameters
    ----------
    own
        Of the run; everything is stored there.
    shared
        Read where the own file lacks a verdict; everything new is stored there, too.
    """

    def __init__(self, own: VerdictStore, shared: VerdictStore | None) -> None:
        self._own, self._shared = own, shared

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for store in (self._own, self._shared):
                if store is not None:
                    stack.enter_context(store)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def find(self, keys: Sequence[bytes]) -> dict[bytes, Verdict]:
        """Return the verdicts that are known, by key; those of other runs become the run's own."""
        found = self._own.find(keys)
        missing = [key for key in keys if key not in found]
        if self._shared is None or not missing:
            return found
        others = self._shared.find(missing)
        if others:
            self._own.add(others.items())
        return found | others

    def add(self, verdicts: Sequence[tuple[bytes, Mapping[str, Any]]]) -> None:
        """Store verdicts: they survive a kill of the process."""
        self._own.add(verdicts)
        if self._shared is not None:
            self._shared.add(verdicts)

    def prune(self) -> None:
        """Remove the run's own verdicts by other rules."""
        self._own.prune()


def remove(path: Path) -> None:
    """Remove a store with what SQLite keeps next to it."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def checked_verdict(key: object, content: object, checksum: object) -> Verdict | None:
    """Return a stored verdict; None if it does not have its checksum."""
    if not isinstance(content, bytes) or _checksum(key, content) != checksum:
        return None
    verdict: Verdict = orjson.loads(content)
    return verdict


def open_verdicts(path: Path) -> sqlite3.Connection:
    """Open a store.

    Raises
    ------
    sqlite3.DatabaseError
        If the file is damaged, or holds anything but the table of verdicts: a trigger, for instance.
    """
    connection = sqlite3.connect(path, timeout=_PATIENCE_S)
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA journal_mode = WAL")
        # A verdict that a power cut takes is reached again: no commit waits for the disk. A kill takes none.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
        written = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        if not written:
            connection.execute(_SCHEMA)
        elif written != [(_SCHEMA,)]:
            raise sqlite3.DatabaseError("it holds other tables")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def _storage_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as problem:
        if getattr(problem, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            full = f"the disk is full: {path} cannot be written"
            raise StorageError(full, "make room, then run the same command again: it goes on") from problem
        raise StorageError(
            f"{path} cannot be read or written: {problem}",
            "make room on the disk, or remove the file: its verdicts are reached again, and nothing is requested again",
        ) from problem


def _checksum(key: object, verdict: object) -> bytes:
    return hashlib.blake2b(repr((key, verdict)).encode(), digest_size=_CHECKSUM_BYTES).digest()
