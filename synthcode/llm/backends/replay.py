"""A backend that answers from a recording: no model, no cost, the same bytes each time."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import attrgetter
from pathlib import Path
from typing import Any, Self

from synthcode.errors import ServerError, StorageError, did_you_mean
from synthcode.llm.backends.recording import RecordedAnswer, read_recording, recording_files
from synthcode.llm.journal.account_failures import is_account_failure
from synthcode.schemas.records import Completion, Request

_IDS = ("request_id", "seed_id", "source_id")
_FIELDS = RecordedAnswer._fields
_ASKED = (*_IDS, "target_language", "model", "prompt_digest", "sampling", "sample_index")
_ANSWER = ("text", "finish_reason", "prompt_tokens", "completion_tokens", "latency_s", "attempts", "error")

_CREATE = f"CREATE TABLE answers ({', '.join(_FIELDS)}, content BLOB)"
_INSERT = f"INSERT INTO answers VALUES ({', '.join('?' * (len(_FIELDS) + 1))})"
_INDEX = "CREATE INDEX by_{0} ON answers ({0}, target_language) WHERE {0} IS NOT NULL"
_MODELS = "SELECT DISTINCT model FROM answers ORDER BY model"
_UNSAID_OR_EQUAL = " AND ".join(f"({name} IS NULL OR {name} = :{name})" for name in _ASKED[4:])
_FIRST_ATTEMPT = {"request_id": "", "seed_id": " AND repairs IS NULL", "source_id": " AND repairs IS NULL"}
_FIND = {
    name: f"SELECT sample_index, content, {', '.join(_ANSWER)} FROM answers "
    f"WHERE {name} = :{name} AND target_language = :target_language AND {_UNSAID_OR_EQUAL}{_FIRST_ATTEMPT[name]}"
    for name in _IDS
}
_UNMATCHED = "FROM answers WHERE coalesce(seed_id, source_id) IS NOT NULL" + "".join(
    f" AND NOT EXISTS (SELECT 1 FROM known WHERE kind = '{name}' AND id = answers.{name})" for name in _IDS[1:]
)
_asked: Callable[[Request], tuple[Any, ...]] = attrgetter(*_ASKED)


class Replay:
    """Answers requests from a recording; what is not in it stays pending.

    A row answers a request where the most telling id that both have is the same (``request_id``, else
    ``seed_id``, else ``source_id``) and nothing else that the row says contradicts the request: target
    language, model, prompt digest, sampling settings, sample index. A repair is answered by its
    ``request_id`` only: its answer depends on the one that failed.

    Where several rows are left: answers come before failures, and rows that name the sample before rows
    that do not. Among those that do not, different texts are different samples, in the order of their
    hashes: sample 0 gets the first, sample 1 the second. The order of rows and files never matters.

    Rows are kept in a temporary file of SQLite's (in ``SQLITE_TMPDIR``, ``TMPDIR`` or ``/var/tmp``) that
    vanishes with the process, so that memory does not grow with the recording.

    Parameters
    ----------
    recording
        A file, or a folder of files, in Parquet or JSON lines (gzip or not).
    model
        The model that :meth:`check` looks for; None takes any.

    Raises
    ------
    InputError
        From the first method that reads the recording, where it cannot be read or lacks columns.
    """

    def __init__(self, recording: Path, model: str | None = None) -> None:
        self._path = recording
        self._model = model
        self._answers: sqlite3.Connection | None = None
        self._ids: list[str] = []
        self.skipped: Counter[str] = Counter()
        """Rows that could not be used, by reason; filled when the recording is read."""
        self.unknown_languages: Counter[str] = Counter()
        """Those of them in a target language that is unknown, by its name."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_problem: object) -> None:
        if self._answers is not None:
            self._answers.close()
            self._answers = None

    def recorded_models(self) -> list[str]:
        """Return the names of the models that the recording names, sorted."""
        return [model for (model,) in self._loaded().execute(_MODELS) if model is not None]

    async def check(self) -> None:
        """Read the recording; refuse one that names its models, and not this one.

        Raises
        ------
        ServerError
            If no row can answer for the model.
        """
        models = [model for (model,) in (await asyncio.to_thread(self._loaded)).execute(_MODELS)]
        if self._model is not None and models and None not in models and self._model not in models:
            raise ServerError(
                f"the recording {self._path} has nothing of model {self._model!r}{did_you_mean(self._model, models)}",
                f"give one that it has with --model: {', '.join(models)}",
            )

    async def complete(self, request: Request) -> Completion | None:
        """Return the recorded answer or failure as it was recorded; None if there is none.

        A recorded failure of the account, such as a spent budget, says nothing about its request, and is ignored.
        """
        return self._answer(self._loaded(), request)

    def answers(self, requests: Sequence[Request]) -> list[Completion | None]:
        """Return what :meth:`complete` returns for each of some requests."""
        answers = self._loaded()
        return [self._answer(answers, request) for request in requests]

    def _answer(self, answers: sqlite3.Connection, request: Request) -> Completion | None:
        key = dict(zip(_ASKED, _asked(request), strict=True))
        for name in self._ids if request.repairs is None else _IDS[:1]:
            rows = answers.execute(_FIND[name], key).fetchall()
            if len(rows) > 1:
                rows.sort(key=_rank)
            position = 0 if name == "request_id" else request.sample_index
            if (chosen := _choose(rows, position)) is not None:
                completion = Completion(**dict(zip(_ANSWER, chosen[2:], strict=True)))
                return None if completion.error and is_account_failure(completion.error) else completion
        return None

    def unmatched(self, seeds: Iterable[tuple[str, str]]) -> tuple[int, list[str]]:
        """Count the rows that name a seed, and none of these.

        Parameters
        ----------
        seeds
            ``seed_id`` and ``source_id`` of each.

        Returns
        -------
        tuple of int and list of str
            How many rows, and the ids of a few.
        """
        answers = self._loaded()
        answers.execute("CREATE TEMP TABLE known (kind, id, PRIMARY KEY (kind, id)) WITHOUT ROWID")
        ids = (pair for seed, source in seeds for pair in (("seed_id", seed), ("source_id", source)))
        answers.execute("BEGIN")
        answers.executemany("INSERT OR IGNORE INTO known VALUES (?, ?)", ids)
        answers.execute("COMMIT")
        (count,) = answers.execute(f"SELECT count(*) {_UNMATCHED}").fetchone()
        few = answers.execute(f"SELECT DISTINCT coalesce(source_id, seed_id) AS id {_UNMATCHED} ORDER BY id LIMIT 3")
        names = [name for (name,) in few]
        answers.execute("DROP TABLE known")
        return count, names

    def _loaded(self) -> sqlite3.Connection:
        if self._answers is None:
            self.skipped.clear()
            self.unknown_languages.clear()
            with _temporary_space():
                self._answers = self._load()
        return self._answers

    def _read(self, file: Path) -> Iterator[RecordedAnswer]:
        return read_recording(file, self.skipped, self.unknown_languages)

    def _load(self) -> sqlite3.Connection:
        answers = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        answers.execute("PRAGMA journal_mode = OFF")
        answers.execute(_CREATE)
        answers.execute("BEGIN")
        for file in recording_files(self._path):
            answers.executemany(_INSERT, ((*row, _content(row)) for row in self._read(file)))
        for name in _IDS:
            answers.execute(_INDEX.format(name))
        answers.execute("COMMIT")
        self._ids = [
            name for name in _IDS if answers.execute(f"SELECT 1 FROM answers WHERE {name} IS NOT NULL").fetchone()
        ]
        return answers


def _rank(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Order what is said of the sample before what is not, answers before failures, and then by their content.

    Here and not in SQLite: it sets up a sorter for each request, though nearly all have one row.
    """
    sample_index, content, _text, *answer = row
    error = answer[-1]
    return (
        sample_index is None,
        error is not None,
        content,
        *((value is not None, 0 if value is None else value) for value in answer),
    )


def _choose(rows: list[tuple[Any, ...]], position: int) -> tuple[Any, ...] | None:
    """Take the row that names the sample, else the ``position``-th distinct answer, else failure."""
    if rows and rows[0][0] is not None:
        return rows[0]
    distinct: dict[bytes, tuple[Any, ...]] = {}
    for row in [row for row in rows if row[-1] is None] or rows:
        distinct.setdefault(row[1], row)
    return list(distinct.values())[position] if position < len(distinct) else None


def _content(row: RecordedAnswer) -> bytes:
    return hashlib.blake2b((row.text or row.error or "").encode(), digest_size=16).digest()


@contextmanager
def _temporary_space() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as problem:
        raise StorageError(
            f"the recording does not fit into the temporary folder: {problem}",
            "set SQLITE_TMPDIR to a folder with space",
        ) from problem
