"""One command at a time on one run directory."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from synthcode.bounded.writing import make_folder, open_existing, open_own, refuse_links
from synthcode.errors import LockedError, StorageError
from synthcode.sanitize import one_line

LOCK_NAME = ".lock"
_PID_CHARS = 20
_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL)


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold a folder until the block is left; the system releases it when the process dies, however it dies.

    What the lock file says is for people only: a pid that another process has by now, another host's name or a clock
    that was set back do not hold a folder.

    A folder that was made for this, and in which nothing else was written when the block failed, is removed: a refused
    command leaves nothing.

    Raises
    ------
    LockedError
        If another process holds it; its pid is named.
    InputError
        If the folder cannot be made: a file or a link that leads nowhere is in the way.
    StorageError
        If the folder holds a symbolic link, or anything else that is neither a file nor a folder; or if its
        file system has no locks.
    """
    made = _missing(folder)
    with _opened(folder, made) as stream:
        _refuse_removed(stream, folder)
        try:
            refuse_links(folder)
            stream.truncate(0)
            stream.write(str(os.getpid()))
            stream.flush()
            yield
        except BaseException:
            _remove_unused(folder, made)
            raise
        finally:
            stream.truncate(0)


@contextmanager
def hold_for_reading(folder: Path) -> Iterator[None]:
    """Hold a folder as :func:`hold` does, also if it cannot be written, as on a read-only file system.

    Then the lock file, if there is one, is only read: commands that may write the folder are kept out by it, and others
    that read it are not. A folder without one is not in use, and where locks do not work, nothing is held.

    Raises
    ------
    LockedError
        If another process holds it.
    """
    file = folder / LOCK_NAME
    if os.access(file if file.exists() else folder, os.W_OK):
        with hold(folder):
            yield
        return
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(FileNotFoundError, PermissionError, StorageError):
            _lock(stack.enter_context(open_existing(file)), folder, fcntl.LOCK_SH)
        yield


@contextmanager
def _opened(folder: Path, made: list[Path]) -> Iterator[IO[str]]:
    """Make a folder and yield its lock file, locked. Folders of ``made`` are removed if that fails."""
    try:
        make_folder(folder)
        stream = open_own(folder / LOCK_NAME)
    except OSError:
        with contextlib.suppress(OSError):
            for path in made:
                path.rmdir()
        raise
    with stream:
        try:
            _lock(stream, folder)
        except StorageError:  # no other command can hold it either
            _remove_unused(folder, made)
            raise
        yield stream


def _lock(stream: IO[str], folder: Path, kind: int = fcntl.LOCK_EX) -> None:
    try:
        fcntl.flock(stream, kind | fcntl.LOCK_NB)
    except BlockingIOError as problem:
        holder = one_line(stream.read(_PID_CHARS))
        raise LockedError(
            f"{folder} is in use by another synthcode command (pid {holder or 'unknown'})",
            "wait until it is done, or stop it, or use another folder",
        ) from problem
    except OSError as problem:
        if problem.errno not in _NO_LOCKS:
            raise
        raise StorageError(
            f"{folder} cannot be locked: its file system has no locks ({problem.strerror})",
            "use a folder on another file system: two commands at once would damage each other's files",
        ) from problem


def _refuse_removed(stream: IO[str], folder: Path) -> None:
    """Refuse a lock whose file another command, which was refused itself, has removed since it was opened."""
    here = folder / LOCK_NAME
    if not here.exists() or not os.path.samestat(os.fstat(stream.fileno()), here.stat()):
        raise LockedError(f"{folder} was removed by another synthcode command", "run the same command again")


def _missing(folder: Path) -> list[Path]:
    """Return the folders that have to be made for this one to be there, itself first."""
    return list(itertools.takewhile(lambda path: not path.exists(), (folder, *folder.parents)))


def _remove_unused(folder: Path, made: list[Path]) -> None:
    """Remove folders that were made for a lock, and hold nothing else."""
    with contextlib.suppress(OSError):  # the block has removed it, or another command has begun to use it
        if made and all(path.name == LOCK_NAME for path in folder.iterdir()):
            (folder / LOCK_NAME).unlink()
            for path in made:
                path.rmdir()
