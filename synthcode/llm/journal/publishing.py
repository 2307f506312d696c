"""Copies of a journal for other machines: the journal stays on a disk of this machine, where SQLite locks work."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from synthcode.errors import StorageError
from synthcode.storage.atomic import TEMPORARY, sync

INTERVAL_S = 180.0
"""How often the answers so far are published: what a lost machine can lose."""


def publish_journal(journal: Path, published: Path) -> None:
    """Copy a journal, which may be in use, as it is at one moment; the copy appears whole.

    Parameters
    ----------
    journal
        On a local disk.
    published
        The copy, on shared storage: it is written as one plain file, and no lock is taken on it.

    Raises
    ------
    StorageError
        If it cannot be copied.
    """
    local = journal.with_name(f"{TEMPORARY}{published.name}")
    temporary = published.with_name(f"{TEMPORARY}{published.name}")
    try:
        published.parent.mkdir(parents=True, exist_ok=True)
        local.unlink(missing_ok=True)
        address = f"{journal.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as source, closing(sqlite3.connect(local)) as copy:
            source.backup(copy)
        shutil.copyfile(local, temporary)
        sync(temporary)
        os.replace(temporary, published)
        sync(published.parent)
    except (sqlite3.Error, OSError) as problem:
        raise StorageError(f"{published} cannot be written: {problem}", "check the folder and its space") from problem
    finally:
        local.unlink(missing_ok=True)
        temporary.unlink(missing_ok=True)


def restore_journal(published: Path, journal: Path) -> bool:
    """Begin a journal with a published copy; return whether there was one. A journal that is there stays as it is."""
    if journal.exists() or not published.is_file():
        return False
    journal.parent.mkdir(parents=True, exist_ok=True)
    temporary = journal.with_name(f"{TEMPORARY}{journal.name}")
    shutil.copyfile(published, temporary)
    sync(temporary)
    os.replace(temporary, journal)
    return True


@contextmanager
def publishing_journal(
    journal: Path, published: Path | None, message: Callable[[str], None], interval_s: float = INTERVAL_S
) -> Iterator[None]:
    """Publish a journal now and then while a block runs, and when it ends in whatever way.

    Parameters
    ----------
    journal, published
        See :func:`publish_journal`; None publishes nothing.
    message
        Called if a copy could not be written: the next one is tried all the same.
    interval_s
        Seconds between two copies.

    Raises
    ------
    StorageError
        If the last copy cannot be written.
    """
    if published is None:
        yield
        return
    ended = threading.Event()

    def keep_publishing() -> None:
        while not ended.wait(interval_s):
            try:
                publish_journal(journal, published)
            except StorageError as problem:
                message(f"translate: {problem.problem}")

    thread = threading.Thread(target=keep_publishing, name="publishing", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        publish_journal(journal, published)
