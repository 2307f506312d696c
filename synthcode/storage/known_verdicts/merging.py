"""Joining files of verdicts: what one machine has judged, no other one judges again."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import orjson

from synthcode.identity import digest
from synthcode.storage.known_verdicts.store import Verdict, VerdictStore, checked_verdict, open_verdicts

_AT_ONCE = 1_000
_ROWS = "SELECT key, rules, verdict, checksum FROM verdicts ORDER BY key"


class Judged(NamedTuple):
    """A verdict of another file."""

    key: bytes
    rules: str
    verdict: Verdict


class MergedVerdicts(NamedTuple):
    """What joining came to."""

    verdicts: int
    """Those of the sources, each key once."""
    conflicts: int
    """Keys on which two files decide differently; the verdict whose digest is smallest is kept."""
    damaged: tuple[Path, ...]
    """Files that could not be read: their programs are judged again."""


def merge_verdicts(sources: Sequence[Path], target: Path, scratch: Path, *, lost: Collection[str]) -> MergedVerdicts:
    """Add the verdicts of files to another one, in any order; again changes nothing.

    Parameters
    ----------
    sources
        Files that no process writes to. Those that are missing are passed over.
    target
        The file to add to; made where missing.
    scratch
        A folder on a local disk. Sources may be on storage where SQLite cannot lock, or that cannot be written: they
        are copied there first.
    lost
        Reasons of rejections that say nothing of a program, only of how it was judged: any other verdict beats them.

    Raises
    ------
    StorageError
        If the target cannot be written.
    """
    seen = _SeenKeys()
    damaged = []
    with closing(seen), VerdictStore(target, "") as store:
        for source in filter(Path.is_file, sources):
            try:
                rows = _read(source, scratch)
                while some := list(islice(rows, _AT_ONCE)):
                    _add(store, some, seen, lost)
            except sqlite3.DatabaseError:
                damaged.append(source)
        return MergedVerdicts(seen.count("merged"), seen.count("conflicts"), tuple(damaged))


class _SeenKeys:
    """Keys in tables on disk: there may be more than fit in memory."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("")
        for name in ("merged", "conflicts"):
            self._connection.execute(f"CREATE TABLE {name} (key BLOB PRIMARY KEY) WITHOUT ROWID")

    def add(self, table: str, keys: Iterable[bytes]) -> None:
        self._connection.executemany(f"INSERT OR IGNORE INTO {table} VALUES (?)", ((key,) for key in keys))

    def count(self, table: str) -> int:
        return int(self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def close(self) -> None:
        self._connection.close()


def _add(store: VerdictStore, rows: Sequence[Judged], seen: _SeenKeys, lost: Collection[str]) -> None:
    known = store.find([row.key for row in rows])
    better = [row for row in rows if row.key not in known or _rank(row.verdict, lost) < _rank(known[row.key], lost)]
    store.add_of((row.key, row.rules, row.verdict) for row in better)
    seen.add("merged", (row.key for row in rows))
    seen.add("conflicts", (row.key for row in rows if _differ(row.verdict, known.get(row.key), lost)))


def _read(source: Path, scratch: Path) -> Iterator[Judged]:
    """Yield the sound rows of a copy of a file, its log included, ascending by key."""
    scratch.mkdir(parents=True, exist_ok=True)
    copy = scratch / "verdicts.sqlite"
    for suffix in ("", "-wal", "-shm"):
        Path(f"{copy}{suffix}").unlink(missing_ok=True)
    for suffix in ("", "-wal"):
        if Path(f"{source}{suffix}").is_file():
            shutil.copyfile(f"{source}{suffix}", f"{copy}{suffix}")
    with closing(open_verdicts(copy)) as connection:
        for key, rules, content, checksum in connection.execute(_ROWS):
            verdict = checked_verdict(key, content, checksum)
            if isinstance(verdict, dict) and isinstance(key, bytes) and isinstance(rules, str):
                yield Judged(key, rules, verdict)


def _decided(verdict: Verdict) -> bytes:
    """Return what was decided, without how long it took."""
    return orjson.dumps({key: value for key, value in verdict.items() if key != "seconds"}, option=orjson.OPT_SORT_KEYS)


def _rank(verdict: Verdict, lost: Collection[str]) -> tuple[bool, str]:
    return verdict.get("reason") in lost, digest(verdict)


def _differ(one: Verdict, other: Verdict | None, lost: Collection[str]) -> bool:
    if other is None or {one.get("reason"), other.get("reason")} & {*lost}:
        return False
    return _decided(one) != _decided(other)
