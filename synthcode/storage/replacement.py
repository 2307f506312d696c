"""Replacing a folder as a whole: it is written under a temporary name, then renamed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from synthcode.bounded.writing import refuse_obstacles, remove_link
from synthcode.errors import InputError
from synthcode.storage.atomic import TEMPORARY, sync
from synthcode.storage.lock import LOCK_NAME, hold


@contextmanager
def replacing(folder: Path, mark: str, *, force: bool = False) -> Iterator[Path]:
    """Yield an empty folder to write into. It replaces ``folder`` when the block ends without an error.

    Parameters
    ----------
    folder
        Where the result goes. It may be missing, empty, or written by this function before.
    mark
        Name of a file that the block writes, which marks a folder as replaceable.
    force
        Replace it whatever it holds.

    Raises
    ------
    InputError
        If a file or a link that leads nowhere is in the way, or the folder holds files that this function did not
        write.
    LockedError
        If another process is writing to the same place.
    """
    refuse_obstacles(folder)
    folder = folder.resolve()
    _refuse_foreign(folder, mark, force)
    written = folder.with_name(f"{TEMPORARY}{folder.name}")
    remove_link(written)
    with hold(written):
        _clear(written)
        try:
            yield written
            (written / LOCK_NAME).unlink()
            _swap(folder, written)
        except BaseException:
            shutil.rmtree(written, ignore_errors=True)
            raise


def _refuse_foreign(folder: Path, mark: str, force: bool) -> None:
    if not folder.exists():
        return
    if not force and not (folder / mark).is_file() and any(folder.iterdir()):
        raise InputError(
            f"{folder} holds files that this command did not write",
            "name another folder, or replace all of it by --force",
        )


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != LOCK_NAME:
            path.unlink()


def _swap(folder: Path, written: Path) -> None:
    """Rename ``written`` to ``folder``; a kill in between leaves the old one next to it as ``.replaced-``."""
    old = folder.with_name(f".replaced-{folder.name}")
    remove_link(old)
    if folder.exists():
        shutil.rmtree(old, ignore_errors=True)
        folder.rename(old)
    written.rename(folder)
    sync(folder.parent)
    shutil.rmtree(old, ignore_errors=True)
