"""Bringing shards that were published to a shared folder onto this machine, to be merged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from synthcode.errors import InputError
from synthcode.identity import file_digest
from synthcode.pipelines.shards.published import PLAN, PublishedShards
from synthcode.storage.layout import RunFolder

_IN_A_RUN = re.compile(r"completions/[a-z0-9-]+\.parquet|recipe\.yaml|manifest\.json|(repairs/|test_)?verdicts\.sqlite")
_IN_THE_FOLDER = re.compile(r"(recordings|runs|verdicts)/[a-z0-9-]+(/[a-z0-9-]+)?\.[a-z]+")


def is_published(address: str) -> bool:
    """Return whether an argument names a shared folder, rather than the run directory of a shard."""
    if "://" in address:
        return True
    return (Path(address) / PLAN).is_file() and not RunFolder(Path(address)).is_run


def shard_folders(addresses: Sequence[str], scratch: Path) -> Iterator[Path]:
    """Yield the run directories of shards; those in shared folders are fetched first.

    Parameters
    ----------
    addresses
        Run directories, and folders that shards were published to: paths, or addresses of object stores.
    scratch
        Where to fetch to. What is there already, and whole, is not fetched again.

    Raises
    ------
    InputError
        If a shared folder has no finished shard, or what it has is damaged.
    StorageError
        If it cannot be read.
    """
    for place, address in enumerate(addresses):
        if not is_published(address):
            yield _existing(Path(address))
            continue
        published = PublishedShards(address)
        found = [(number, published.finished(number)) for number in range(1, (published.count() or 0) + 1)]
        finished = [(number, entry) for number, entry in found if entry is not None]
        if not finished:
            raise _nothing_finished(published, address)
        for number, entry in finished:
            yield _fetched(published, number, entry, scratch / f"{place}-{number:05}")


def _existing(path: Path) -> Path:
    if not path.exists():
        raise InputError(
            f"{path} does not exist", "name run directories of shards, or the folder that they were published to"
        )
    return path


def _nothing_finished(published: PublishedShards, address: str) -> InputError:
    name, count = published.folder.name, published.count()
    if count is not None:
        return InputError(
            f"none of the {count} shards in {name} is finished", "run each shard to its end, then merge again"
        )
    fix = f"check the address, or run shards: run RECIPE --out RUN --shard I/N --publish-to {address}"
    if published.folder.is_there():
        return InputError(f"{name} has no finished shard: nothing was published there", fix)
    return InputError(f"{name} cannot be found: there is no such bucket or folder, or it cannot be listed", fix)


def _fetched(published: PublishedShards, number: int, entry: Mapping[str, Any], folder: Path) -> Path:
    files = entry.get("files")
    if not isinstance(files, dict):
        raise InputError(
            f"{published.folder.name}: shard {number} was published by an earlier version",
            f"replay its answers instead: run RECIPE --set backend.recording={published.folder.name}/recordings",
        )
    for path, file in files.items():
        if not _is_sound(path, file):
            raise _damaged(published, f"finished/shard-{number:05}.json")
        name, sha256 = file
        local = folder / path
        if sha256 is not None and local.is_file() and file_digest(local) == sha256:
            continue
        there = published.folder.download(name, local)
        if sha256 is not None and (not there or file_digest(local) != sha256):
            raise _damaged(published, name)
    return folder


def _is_sound(path: str, file: Any) -> bool:
    """Return whether names lead nowhere but to the files of a shard."""
    if not isinstance(file, list) or len(file) != 2 or not isinstance(file[0], str):
        return False
    is_digest = file[1] is None or isinstance(file[1], str)
    return is_digest and bool(_IN_A_RUN.fullmatch(path) and _IN_THE_FOLDER.fullmatch(file[0]))


def _damaged(published: PublishedShards, name: str) -> InputError:
    return InputError(
        f"{published.folder.name}/{name} is damaged or missing",
        "remove the shard's file in 'finished' and run the shard again, with its run directory if there is one",
    )
