"""Checkpoints that a kill at any moment leaves whole: one counts when the digests of its files were written last."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from synthcode.bounded.trees import read_json
from synthcode.errors import InputError, StorageError, first_line
from synthcode.identity import canonical_json, file_digest
from synthcode.storage.atomic import sync, write_text

COMPLETE_NAME = "complete.json"
_NAME = re.compile(r"checkpoint-(\d{1,12})")
_FREE_BYTES = 1 << 20
"""With less left than this, a disk is full whatever a library says."""


class Checkpoint(NamedTuple):
    """A folder that holds all that training goes on from."""

    folder: Path
    step: int
    """Steps that were finished when it was written."""


def checkpoint_folder(parent: Path, step: int) -> Path:
    """Return the folder of a step's checkpoint, as transformers names it."""
    return parent / f"checkpoint-{step}"


@contextmanager
def writing_checkpoint(folder: Path) -> Iterator[None]:
    """Make a folder a checkpoint when the block, which writes its files, ends without an error.

    Whatever was there is removed first. If the block fails, what it wrote is removed, for it may fill the disk.

    Raises
    ------
    StorageError
        If the disk is full, or the files cannot be written.
    """
    remove_checkpoint(folder)
    try:
        yield
        _seal(folder)
    except Exception as problem:
        words, is_full = first_line(problem), _is_full(folder.parent, problem)
        shutil.rmtree(folder, ignore_errors=True)
        if is_full:
            problem_line = f"the disk is full: {folder} cannot be written"
        elif isinstance(problem, OSError):
            problem_line = f"{folder} cannot be written: {words}"
        else:
            raise
        raise StorageError(
            problem_line, "make room, then run the same command again: it goes on from the checkpoint before"
        ) from problem


def newest_checkpoint(parent: Path, report: Callable[[str], None]) -> Checkpoint | None:
    """Return the newest complete and undamaged checkpoint; None if there is none.

    What a kill has left incomplete is removed. A damaged one is reported, and removed as well. The caller holds the
    lock of the run.
    """
    for checkpoint in reversed(all_checkpoints(parent)):
        damage = damage_of(checkpoint.folder)
        if damage is None:
            return checkpoint
        if damage:
            report(f"train: {checkpoint.folder} is damaged ({damage}): an earlier checkpoint is used, if there is one")
        remove_checkpoint(checkpoint.folder)
    return None


def all_checkpoints(parent: Path) -> list[Checkpoint]:
    """Return the folders that are named as checkpoints, complete or not, in the order of their steps."""
    names = [path for path in parent.glob("checkpoint-*") if path.is_dir() and not path.is_symlink()]
    found = [(path, _NAME.fullmatch(path.name)) for path in names]
    return sorted((Checkpoint(path, int(match[1])) for path, match in found if match), key=lambda one: one.step)


def damage_of(folder: Path) -> str | None:
    """Return what is wrong with a checkpoint: None if nothing, an empty text if it was never completed."""
    complete = folder / COMPLETE_NAME
    if not complete.is_file():
        return ""
    try:
        recorded = read_json(complete)["files"]
        for name, sha256 in recorded.items():
            file = folder / name
            if not file.is_file():
                return f"{name} is missing"
            if file_digest(file) != sha256:
                return f"{name} was changed"
    except (ValueError, KeyError, TypeError, AttributeError, OSError, InputError):
        return f"{COMPLETE_NAME} cannot be read"
    return None


def prune_checkpoints(parent: Path, keep: int, protected: Collection[int]) -> None:
    """Remove all checkpoints but the newest ``keep`` and those of the protected steps."""
    old = all_checkpoints(parent)[:-keep]
    for checkpoint in old:
        if checkpoint.step not in protected:
            remove_checkpoint(checkpoint.folder)


def remove_checkpoint(folder: Path) -> None:
    """Remove a checkpoint; killed meanwhile, it is incomplete."""
    if folder.is_dir() and not folder.is_symlink():
        (folder / COMPLETE_NAME).unlink(missing_ok=True)
        sync(folder)
        shutil.rmtree(folder)


def _seal(folder: Path) -> None:
    """Make all files durable, then write their digests."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        sync(path)
    for path in {path.parent for path in files}:
        sync(path)
    digests = {path.relative_to(folder).as_posix(): file_digest(path) for path in files}
    write_text(folder / COMPLETE_NAME, canonical_json({"files": digests}))
    sync(folder.parent)


def _is_full(folder: Path, problem: Exception) -> bool:
    """Tell whether a write failed for lack of room: torch and safetensors have errors of their own for it."""
    if getattr(problem, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(problem):
        return True
    if isinstance(problem, SyntaxError | TypeError | KeyError | AttributeError):
        return False
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize < _FREE_BYTES
