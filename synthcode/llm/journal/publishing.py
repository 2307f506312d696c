"""Copies of databases for other machines: each stays on a disk of this machine, where SQLite locks work."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from synthcode.errors import StorageError
from synthcode.storage.atomic import TEMPORARY
from synthcode.storage.shared_folder import SharedFolder

INTERVAL_S = 180.0
"""How often what is new is published: what a lost machine can lose."""
_State = tuple[tuple[int, int], ...]


@dataclass
class PublishedDatabase:
    """A database of this machine, and its copy for others.

    Parameters
    ----------
    file
        On a local disk.
    folder, name
        The copy, a plain file that appears whole: no lock is taken on it.
    """

    file: Path
    folder: SharedFolder
    name: str
    _published: _State | None = field(default=None, init=False)

    def restore(self) -> bool:
        """Begin with the published copy; return whether there was one. A database that is there stays as it is."""
        if self.file.exists():
            return False
        return self.folder.download(self.name, self.file)

    def publish(self) -> None:
        """Copy the database, which may be in use, as it is at one moment; not if it is what was published last.

        Raises
        ------
        StorageError
            If it cannot be copied.
        """
        state = self._state()
        if not state or state == self._published:
            return
        local = self.file.with_name(f"{TEMPORARY}{self.file.name}")
        try:
            local.unlink(missing_ok=True)
            address = f"{self.file.absolute().as_uri()}?mode=ro"
            with closing(sqlite3.connect(address, uri=True)) as source, closing(sqlite3.connect(local)) as copy:
                source.backup(copy)
            self.folder.upload(local, self.name)
        except (sqlite3.Error, OSError) as problem:
            raise StorageError(
                f"{self.file} cannot be published: {problem}", "check the disk; then run the same command again"
            ) from problem
        finally:
            local.unlink(missing_ok=True)
        self._published = state

    def _state(self) -> _State:
        """Return sizes and times of the file and its log; empty if there is no database yet."""
        files = [Path(f"{self.file}{suffix}") for suffix in ("", "-wal")]
        stats = [file.stat() for file in files if file.exists()] if self.file.exists() else []
        return tuple((stat.st_size, stat.st_mtime_ns) for stat in stats)


@contextmanager
def publishing(
    databases: Sequence[PublishedDatabase], message: Callable[[str], None], interval_s: float = INTERVAL_S
) -> Iterator[None]:
    """Publish databases now and then while a block runs.

    Parameters
    ----------
    databases
        Those that are missing are published once they are there.
    message
        Called if a copy could not be written: the next one is tried all the same.
    interval_s
        Seconds between two copies.
    """
    ended = threading.Event()

    def keep_publishing() -> None:
        while not ended.wait(interval_s):
            try:
                publish_all(databases)
            except StorageError as problem:
                message(f"publishing: {problem.problem}")

    thread = threading.Thread(target=keep_publishing, name="publishing", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def publish_all(databases: Sequence[PublishedDatabase]) -> None:
    """Publish every database that has changed.

    Raises
    ------
    StorageError
        If one cannot be copied.
    """
    for database in databases:
        database.publish()
