"""What publishing would change, from what is there and what is to be there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.filesize import decimal

from synthcode.publishing.dataset_files import LocalFile, RemoteFile

Kind = Literal["added", "changed", "removed", "unchanged"]
KINDS: tuple[Kind, ...] = ("added", "changed", "removed", "unchanged")


@dataclass(frozen=True)
class Change:
    """What becomes of one file."""

    kind: Kind
    path: str
    size: int
    """Bytes; of a file that is removed, those that go."""
    local: LocalFile | None
    """What is uploaded; None if the file is removed."""


@dataclass(frozen=True)
class Plan:
    """What becomes of every file of the dataset, sorted by path. Files that are not the dataset's are not in it."""

    files: Sequence[Change]
    foreign: Sequence[str] = ()
    """Paths of what is there, is not the dataset's, and stays."""
    card_there: str | None = None
    """The published card; None if there is none."""

    def of(self, *kinds: Kind) -> list[Change]:
        """Return the changes of some kinds."""
        return [change for change in self.files if change.kind in kinds]

    @property
    def is_empty(self) -> bool:
        """Whether everything is there as it should be."""
        return len(self.of("unchanged")) == len(self.files)

    @property
    def upload_bytes(self) -> int:
        """How much is uploaded, but for what is there under another name."""
        return sum(change.size for change in self.of("added", "changed"))

    def __str__(self) -> str:
        count = Counter(change.kind for change in self.files)
        return ", ".join(f"{count[kind]:,} {kind}" for kind in KINDS) + f"; {decimal(self.upload_bytes)} to upload"


def make_plan(files: Iterable[LocalFile], there: Mapping[str, RemoteFile], roots: Iterable[str]) -> Plan:
    """Compare files by content with what is there.

    Parameters
    ----------
    files
        What is to be there.
    there
        By path, what is.
    roots
        Paths that belong to the dataset, or did in an earlier version (:func:`managed_paths` in
        :mod:`synthcode.publishing.dataset_files`). What is there below them and no longer part of it is removed;
        everything else is the user's own and stays.
    """
    local = {file.path: file for file in files}
    changes = [Change(_kind(file, there.get(path)), path, file.size, file) for path, file in local.items()]
    folders = tuple(root for root in roots if root.endswith("/"))
    single = set(roots) - set(folders)
    for path, file in there.items():
        if path not in local and (path in single or path.startswith(folders)):
            changes.append(Change("removed", path, file.size, None))
    touched = {change.path for change in changes}
    return Plan(sorted(changes, key=lambda change: change.path), sorted(path for path in there if path not in touched))


def _kind(file: LocalFile, there: RemoteFile | None) -> Kind:
    if there is None:
        return "added"
    return "unchanged" if there.is_same(file) else "changed"
