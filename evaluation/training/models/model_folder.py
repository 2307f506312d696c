"""The files of a model in a folder that holds more: all are written under a temporary name, then put in place."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from synthcode.bounded.writing import make_folder, remove_link
from synthcode.errors import StorageError, first_line
from synthcode.storage.atomic import TEMPORARY, sync

CONFIG = "config.json"
"""Makes a folder loadable: it is removed first, and put in place last."""

STALE = ("*.safetensors", "*.safetensors.index.json", "exits.json", "modules.json")
"""Files of an earlier model that a new one may not have, and that would be read with it."""


@contextmanager
def replacing_model(folder: Path) -> Iterator[Path]:
    """Yield an empty folder to write a model into; its files go to ``folder`` when the block ends without an error.

    What else is in ``folder`` stays. A kill leaves the old model, the new one, or a folder without ``config.json``,
    which nothing loads.

    Raises
    ------
    StorageError
        If the disk is full, or does not let itself be written: the old model is as it was then.
    """
    from safetensors import SafetensorError

    make_folder(folder)
    written = folder / f"{TEMPORARY}model"
    try:
        _remove(written)
        written.mkdir()
        yield written
        for path in sorted(written.rglob("*"), reverse=True):
            sync(path)
        sync(written)
        _put_in_place(written, folder)
    except (OSError, SafetensorError) as problem:  # the latter has the system's words in it
        raise StorageError(
            f"the model cannot be written to {folder}: {first_line(problem)}",
            "free space there, or name a folder on another disk",
        ) from problem
    finally:
        _remove(written)


def _put_in_place(written: Path, folder: Path) -> None:
    (folder / CONFIG).unlink(missing_ok=True)
    sync(folder)
    for pattern in STALE:
        for path in folder.glob(pattern):
            path.unlink()
    for path in sorted(written.iterdir(), key=lambda path: (path.name == CONFIG, path.name)):
        if path.name == CONFIG:
            sync(folder)
        place = folder / path.name
        if path.is_dir():
            _remove(place)
        os.replace(path, place)
    sync(folder)


def _remove(path: Path) -> None:
    remove_link(path)
    if path.is_dir():
        shutil.rmtree(path)
