"""Holding a run directory so that a refused command leaves nothing of a run that it has only begun."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Set
from contextlib import contextmanager, suppress
from pathlib import Path

from synthcode.errors import Interrupted, SynthcodeError
from synthcode.pipelines.runs.refused_changes import REFUSALS, RunBefore
from synthcode.storage.layout import RunFolder
from synthcode.storage.lock import LOCK_NAME, hold
from synthcode.storage.manifest import Manifest


@contextmanager
def hold_run(path: Path) -> Iterator[None]:
    """Hold a run directory as :func:`hold` does, until the block is left.

    A run that begins in the block, and of which not a row was read when the block fails, is removed: what was in the
    folder before stays, and the folder itself if it was there. One that was interrupted stays as it is.

    A run that was there gets its recipe back if the block refuses the command before it has done anything: a later
    command must not go on with an option that was refused.

    Raises
    ------
    LockedError, InputError, StorageError
        See :func:`hold`.
    """
    with hold(path):
        before = None if RunFolder(path).is_run else frozenset(os.listdir(path)) | {LOCK_NAME}
        there = RunBefore.read(RunFolder(path))
        try:
            yield
        except Exception as problem:
            with suppress(OSError, SynthcodeError):
                if before is not None and not isinstance(problem, Interrupted):
                    _remove_begun(RunFolder(path), before)
                elif there is not None and isinstance(problem, REFUSALS):
                    there.take_back()
            raise


def _remove_begun(folder: RunFolder, before: Set[str]) -> None:
    if folder.journal.exists() or _has_rows(folder):
        return
    for entry in sorted(folder.path.iterdir()):
        if entry.name in before:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _has_rows(folder: RunFolder) -> bool:
    """Return whether a stage has come to its end with a row, a rejected one included."""
    stages = Manifest(folder.path).stages
    if not stages:
        return False
    counts = stages["seeds"].counts if len(stages) == 1 and "seeds" in stages else None
    return counts is None or bool(counts["seeds"] or counts["rejected"])
