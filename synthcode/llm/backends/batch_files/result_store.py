"""The results of batches, by request, in any order and number of files; and which requests wait for one."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from synthcode.bounded.damage import damage
from synthcode.bounded.lines import UNREADABLE, LongLine, read_lines
from synthcode.errors import InputError, StorageError
from synthcode.llm.backend import TRANSIENT, ErrorKind
from synthcode.llm.backends.batch_files.result_rows import Result, parse_result
from synthcode.sanitize import one_line
from synthcode.schemas.records import Completion

_ANSWER, _FINAL, _AGAIN, _ACCOUNT, _SUSPICIOUS = range(5)
"""Ranks of results: for one request, the lowest counts."""
_LOOKED_UP_AT_ONCE = 1_000
_SHOWN_CHARS = 160
_CREATE = """
CREATE TABLE results (
    custom_id, mark BLOB, rank, text, finish_reason, prompt_tokens, completion_tokens, raw BLOB, kind, message,
    PRIMARY KEY (custom_id, mark)
) WITHOUT ROWID;
CREATE TABLE written (custom_id, piece, PRIMARY KEY (custom_id, piece)) WITHOUT ROWID;
CREATE TABLE requested (custom_id PRIMARY KEY, answered) WITHOUT ROWID;
"""
_INSERT = "INSERT OR IGNORE INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
# An answer beats a failure, and a final failure one that may pass; then an order that is the content's own.
_FIND = (
    "SELECT rank, text, finish_reason, prompt_tokens, completion_tokens, raw, kind, message FROM results "
    "WHERE custom_id = ? ORDER BY rank, text, finish_reason, completion_tokens, message, mark LIMIT 1"
)
_COUNT_FAILURES = "SELECT count(*) FROM results WHERE custom_id = ? AND rank > 0"
_COUNT_WRITTEN = "SELECT count(*) FROM written WHERE custom_id = ?"
_WAITING = (
    "SELECT last, count(*) FROM (SELECT custom_id, max(piece) AS last FROM written GROUP BY custom_id) "
    "JOIN requested USING (custom_id) WHERE NOT answered GROUP BY last ORDER BY last"
)
_UNKNOWN = (
    "SELECT DISTINCT custom_id FROM results WHERE custom_id > ? AND custom_id NOT IN (SELECT custom_id FROM requested) "
    "AND custom_id NOT IN (SELECT custom_id FROM written) ORDER BY custom_id LIMIT ?"
)
_FAILURES = (
    "SELECT kind, count(DISTINCT custom_id), min(message) FROM results JOIN requested USING (custom_id) "
    "WHERE NOT answered AND rank > 0 GROUP BY kind ORDER BY 2 DESC, kind"
)


class Failure(NamedTuple):
    """The result of a request that has no answer."""

    kind: ErrorKind
    message: str
    is_final: bool
    """Whether another attempt would bring the same."""


class ResultStore:
    """Results and written requests, in a temporary file of SQLite's that vanishes with the process."""

    def __init__(self) -> None:
        self._rows = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._rows.execute("PRAGMA journal_mode = OFF")
        self._rows.executescript(_CREATE)
        self._has_answers = False
        self.unusable: Counter[str] = Counter()
        """Lines that cannot be used, by reason."""
        self.repeated = 0
        """Lines that say what an earlier line says."""
        self.count = 0
        """Lines that can be used."""

    def close(self) -> None:
        """Drop everything."""
        self._rows.close()

    def read_results(self, file: Path) -> None:
        """Read a file of results.

        Raises
        ------
        InputError
            If it cannot be read.
        StorageError
            If the temporary folder is full.
        """
        with _readable(file), self._transaction():
            for line in read_lines(file):
                if not line.strip():
                    continue
                result = "too_large" if isinstance(line, LongLine) else parse_result(line)
                if isinstance(result, str):
                    self.unusable[result] += 1
                else:
                    self._add(result)

    def _add(self, result: Result) -> None:
        self.count += 1
        rank = _rank(result)
        self._has_answers |= rank == _ANSWER
        done, failure = result.completion, result.failure
        answer = (None,) * 5 if done is None else _answer_values(done)
        words = (None, None) if failure is None else (failure.kind, failure.message)
        added = self._rows.execute(_INSERT, (result.custom_id, result.mark, rank, *answer, *words))
        self.repeated += added.rowcount == 0

    def add_written(self, custom_ids: Iterable[str], piece: str) -> None:
        """Note that a file has requests with these ids."""
        with self._transaction():
            rows = ((name, piece) for name in custom_ids)
            self._rows.executemany("INSERT OR IGNORE INTO written VALUES (?, ?)", rows)

    def find(self, custom_id: str) -> Completion | Failure | None:
        """Return the result for a request; None if there is none."""
        row = self._rows.execute(_FIND, (custom_id,)).fetchone()
        if row is None:
            return None
        rank, text, finish_reason, prompt_tokens, completion_tokens, raw, kind, message = row
        if rank == _ANSWER:
            return Completion(text, finish_reason, prompt_tokens, completion_tokens, 0.0, 1, raw=raw)
        is_final = rank == _FINAL or (rank == _SUSPICIOUS and self._has_answers and kind not in TRANSIENT)
        return Failure(ErrorKind(kind), message, is_final)

    def note_request(self, custom_id: str, *, answered: bool) -> bool:
        """Note that the run has a request; return whether it had noted it before."""
        added = self._rows.execute("INSERT OR IGNORE INTO requested VALUES (?, ?)", (custom_id, answered))
        return added.rowcount == 0

    def is_outstanding(self, custom_id: str) -> bool:
        """Return whether a request is in more files than it has failures: a result has yet to come."""
        (failures,) = self._rows.execute(_COUNT_FAILURES, (custom_id,)).fetchone()
        (written,) = self._rows.execute(_COUNT_WRITTEN, (custom_id,)).fetchone()
        return bool(written > failures)

    def waiting(self) -> dict[str, int]:
        """Count the requests that have no answer, by the latest file that they are in."""
        return dict(self._rows.execute(_WAITING).fetchall())

    def passing_failures(self) -> list[tuple[str, int, str]]:
        """Return the failures of requests that wait again: kind, requests, a message of theirs."""
        return [(kind, count, one_line(words, _SHOWN_CHARS)) for kind, count, words in self._rows.execute(_FAILURES)]

    def foreign(self, answered: Callable[[Sequence[str]], Mapping[str, object]]) -> tuple[int, list[str]]:
        """Count the ids that are of no request: of this time, of an earlier one, or of a file that was written.

        Parameters
        ----------
        answered
            Returns which of some ids have an answer already.

        Returns
        -------
        tuple of int and list of str
            How many, and a few of them.
        """
        count, few, last = 0, list[str](), ""
        while block := [name for (name,) in self._rows.execute(_UNKNOWN, (last, _LOOKED_UP_AT_ONCE))]:
            known = answered(block)
            strangers = [name for name in block if name not in known]
            count, few, last = count + len(strangers), (few + strangers)[:3], block[-1]
        return count, few

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._rows.execute("BEGIN")
            yield
            self._rows.execute("COMMIT")
        except sqlite3.Error as problem:
            raise StorageError(
                f"the results do not fit into the temporary folder: {problem}",
                "set SQLITE_TMPDIR to a folder with space",
            ) from problem


def _answer_values(done: Completion) -> tuple[Any, ...]:
    return done.text, done.finish_reason, done.prompt_tokens, done.completion_tokens, done.raw


def _rank(result: Result) -> int:
    if result.completion is not None:
        return _ANSWER
    if result.concerns_account:
        return _ACCOUNT
    if result.is_suspicious:
        return _SUSPICIOUS
    return _AGAIN if result.may_pass else _FINAL


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except UNREADABLE as problem:
        what, fix = damage(problem, "download them again")
        raise InputError(f"the results {file} cannot be read: {one_line(what)}", fix) from problem
