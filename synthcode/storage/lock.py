"""One command at a time on one run directory."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from synthcode.errors import LockedError

LOCK_NAME = ".lock"


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold a folder until the block is left; the system releases it when the process dies, however it dies.

    Raises
    ------
    LockedError
        Where another process holds it; its pid is named.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK_NAME).open("a+") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            stream.seek(0)
            raise LockedError(
                f"{folder} is in use by another synthcode command (pid {stream.read().strip() or 'unknown'})",
                "wait until it is done, or stop it, or use another run directory",
            ) from problem
        stream.truncate(0)
        stream.write(str(os.getpid()))
        stream.flush()
        try:
            yield
        finally:
            stream.truncate(0)
