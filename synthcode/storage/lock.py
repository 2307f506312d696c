"""One command at a time on one run directory."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from synthcode.bounded.writing import open_own, refuse_links
from synthcode.errors import LockedError

LOCK_NAME = ".lock"
_PID_CHARS = 20


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold a folder until the block is left; the system releases it when the process dies, however it dies.

    Raises
    ------
    LockedError
        If another process holds it; its pid is named.
    StorageError
        If the folder holds a symbolic link, or anything else that is neither a file nor a folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with open_own(folder / LOCK_NAME) as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            holder = stream.read(_PID_CHARS).strip()
            raise LockedError(
                f"{folder} is in use by another synthcode command (pid {holder or 'unknown'})",
                "wait until it is done, or stop it, or use another run directory",
            ) from problem
        refuse_links(folder)
        stream.truncate(0)
        stream.write(str(os.getpid()))
        stream.flush()
        try:
            yield
        finally:
            stream.truncate(0)
