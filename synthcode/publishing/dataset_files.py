"""The files of a dataset as they are to be published, and how they differ from the published ones."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

CARD_NAME = "README.md"


DATA = "data"
"""The folder of the tables: ``data/CONFIG/SPLIT-00000-of-00001.parquet``."""


@dataclass(frozen=True)
class LocalFile:
    """A file that is to be published."""

    path: str
    """Where it goes, relative to the dataset, with ``/``."""
    content: Path | bytes

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size

    def open(self) -> io.BytesIO | io.BufferedReader:
        """Open it for reading."""
        return io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open("rb")

    @cached_property
    def sha256(self) -> str:
        """Of the content, as Git LFS names it: 64 hex digits."""
        with self.open() as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    @property
    def git_blob(self) -> str:
        """Of the content, as git names it: 40 hex digits. For small files: git keeps no others."""
        with self.open() as stream:
            content = stream.read()
        return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class RemoteFile:
    """A file that is there already. Without any digest it is taken to differ."""

    size: int
    sha256: str | None = None
    git_blob: str | None = None

    def is_same(self, local: LocalFile) -> bool:
        """Return whether it has the content of a local file."""
        if self.size != local.size:
            return False
        if self.sha256 is not None:
            return self.sha256 == local.sha256
        return self.git_blob is not None and self.git_blob == local.git_blob


def dataset_files(folder: Path) -> list[LocalFile]:
    """Return all files of a dataset but its card, sorted by path; hidden ones, which a kill may leave, are left out."""
    found = []
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder)
        if file.is_file() and path.as_posix() != CARD_NAME and not any(part.startswith(".") for part in path.parts):
            found.append(LocalFile(path.as_posix(), file))
    return found


def managed_paths(files: Iterable[LocalFile]) -> list[str]:
    """Return the paths that only the dataset writes to: files, and whole folders with a ``/`` at their end.

    The folder of a configuration's tables is one: a shard of an earlier version that stayed in it would be read with
    the new ones.
    """
    return sorted({_root(file.path) for file in files})


def _root(path: str) -> str:
    parts = path.split("/")
    return f"{DATA}/{parts[1]}/" if parts[0] == DATA and len(parts) > 2 else path


def configs_of(roots: Iterable[str]) -> frozenset[str]:
    """Return the configurations whose tables are among roots."""
    return frozenset(root.split("/")[1] for root in roots if root.startswith(f"{DATA}/") and root.endswith("/"))
