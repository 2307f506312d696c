"""A folder, here or in an object store, through fsspec."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from synthcode.bounded.writing import refuse_obstacles, remove_link
from synthcode.errors import InputError, Interrupted, SynthcodeError, first_line
from synthcode.extras import install_line
from synthcode.identity import file_digest
from synthcode.publishing.dataset_files import CARD_NAME, LocalFile, RemoteFile
from synthcode.publishing.targets.plan import Change, Plan
from synthcode.publishing.targets.target import Dataset, PublishCallbacks, RemoteState
from synthcode.redaction import redact, refuse_credentials_in_address
from synthcode.sanitize import visible

SUMS = "SHA256SUMS"
"""SHA-256 sums of the files, as ``sha256sum --check`` reads them. They are updated after every file and vouch for files
older than themselves: a killed publication continues, and files that were changed since are replaced."""

_STORES = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss", "memory"})


class Folder:
    """A folder named by a path or by an address such as ``s3://bucket/prefix``.

    Raises
    ------
    InputError
        If it is not an address, or no installed file system reads such addresses.
    """

    is_folder = True

    def __init__(self, address: str, callbacks: PublishCallbacks) -> None:
        import fsspec

        if not address.strip():
            raise InputError("the place to publish to has no name", "name a path, or s3://bucket/prefix")
        refuse_credentials_in_address(address, "the place to publish to")
        self.name = address
        try:
            self._system, self._root = fsspec.core.url_to_fs(address)
        except ImportError as problem:
            extra = install_line("s3") if address.startswith("s3") else first_line(problem)
            raise InputError(f"{self.name}: what reads such addresses is not installed", extra) from problem
        except ValueError as problem:
            raise InputError(f"{self.name}: {_said(problem)}", "name a path, or s3://bucket/prefix") from problem
        except Exception as problem:  # each store's client raises errors of its own kinds
            raise InputError(
                f"{self.name} cannot be reached: {_said(problem)}",
                "check the address, the network, and the credentials",
            ) from problem
        self._root = self._root.rstrip("/")
        self._callbacks = callbacks
        protocol = self._system.protocol
        self._protocols = {protocol} if isinstance(protocol, str) else set(protocol)
        self._is_local = "file" in self._protocols

    def refuse_within(self, folder: Path) -> None:
        """Refuse to publish a dataset into the run that it is of.

        Raises
        ------
        InputError
            If this is the run's folder, or within it.
        """
        if self._is_local and Path(self._root).resolve().is_relative_to(folder.resolve()):
            raise InputError(f"{self.name} is within the run itself", "name a folder outside of it")

    def plan(self, dataset: Dataset) -> Plan:
        """Return what publishing would change.

        Raises
        ------
        SynthcodeError
            If the folder cannot be read.
        """
        with self._guarded("read"):
            return self._planned(dataset, self._look()[0])

    def publish(self, dataset: Dataset, uploaded: Callable[[int], None]) -> str:
        """Upload what differs, remove what is no longer part, the card last; return the folder's address."""
        with self._guarded("written"):
            there, sums = self._look()
            plan = self._planned(dataset, there)
            for change in sorted(plan.of("added", "changed", "removed"), key=_turn):
                self._callbacks.pause(0)
                self._apply(change)
                uploaded(change.size if change.local else 0)
                if change.path != CARD_NAME:
                    sums.pop(change.path, None)
                    sums |= {change.path: change.local.sha256} if change.local else {}
                    self._put(LocalFile(SUMS, _as_text(sums)))
        return self.name

    def load(self, config: str, split: str, paths: Sequence[str]) -> Any:
        """Return a split as ``datasets`` streams it from the folder."""
        import datasets

        files = [self._system.unstrip_protocol(self._at(path)) for path in paths]
        return datasets.load_dataset("parquet", data_files={split: files}, split=split, streaming=True)

    def _planned(self, dataset: Dataset, there: RemoteState) -> Plan:
        plan = dataset.plan(there, f"{self.name}/{CARD_NAME}")
        if self._is_local:
            _refuse_linked_folders(Path(self._root), [*(change.path for change in plan.files), SUMS])
        return plan

    def _look(self) -> tuple[RemoteState, dict[str, str]]:
        """Return what is there, and the digests of what the sums vouch for."""
        if self._is_local:
            refuse_obstacles(Path(self._root))
        self._system.invalidate_cache()
        found = self._system.find(self._root, detail=True) if self._system.exists(self._root) else {}
        infos = {path.removeprefix(self._root).lstrip("/"): info for path, info in found.items()}
        if self._is_local:  # a link that leads nowhere is replaced, as if nothing were there
            infos = {path: info for path, info in infos.items() if Path(self._root, path).exists()}
        sums = _parsed(self._read(SUMS)) if SUMS in infos else {}
        written = _modified(infos[SUMS]) if SUMS in infos else None
        trusted = {path: sums[path] for path, info in infos.items() if path in sums and _is_older(info, written)}
        if self._is_local:  # reading it costs little, and neither damage nor a clock that was set back goes unseen
            places = {path: Path(self._root, path) for path in infos if path != SUMS}
            trusted = {path: file_digest(place) for path, place in places.items() if place.is_file()}
        files = {path: RemoteFile(int(info["size"]), trusted.get(path)) for path, info in infos.items() if path != SUMS}
        card = None
        if CARD_NAME in infos:
            content = self._read(CARD_NAME)
            card = content.decode("utf-8", "surrogateescape")
            files[CARD_NAME] = RemoteFile(len(content), LocalFile(CARD_NAME, content).sha256)
        return RemoteState(files, card), trusted

    @property
    def repository(self) -> str:
        """The folder's own name."""
        return str(self._root).rpartition("/")[2]

    def read(self, path: str) -> bytes:
        """Return the content of a file that is there."""
        with self._guarded("read"):
            return self._read(path)

    def _read(self, path: str) -> bytes:
        return bytes(self._system.cat_file(self._at(path)))

    def _apply(self, change: Change) -> None:
        if change.local is None:
            self._system.rm_file(self._at(change.path))
        else:
            self._put(change.local)

    def _put(self, file: LocalFile) -> None:
        """Write a file so that it is whole or not there: object stores do that themselves."""
        place = self._at(file.path)
        folder, _, name = place.rpartition("/")
        temporary = f"{folder}/.writing-{name}" if self._is_local else place
        if not self._protocols & _STORES:  # these have no folders, and would take it for a wish to make a bucket
            self._system.makedirs(folder, exist_ok=True)
        if self._is_local:
            remove_link(Path(temporary))
        if isinstance(file.content, bytes):
            self._system.pipe_file(temporary, file.content)
        else:
            self._system.put_file(str(file.content), temporary)
        if self._is_local:
            self._system.mv(temporary, place)

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}"

    @contextmanager
    def _guarded(self, what: str) -> Iterator[None]:
        try:
            yield
        except (SynthcodeError, Interrupted):
            raise
        except Exception as problem:  # each store's client raises errors of its own kinds
            if isinstance(problem, OSError) and self._is_local:
                raise
            raise InputError(
                f"{self.name} cannot be {what}: {_said(problem)}",
                "check the address, that the bucket is there, and the credentials",
            ) from problem


def _refuse_linked_folders(root: Path, paths: Iterable[str]) -> None:
    """Refuse a link to a folder where files of the dataset go: they would be written, or removed, elsewhere.

    A link to a file is replaced by the file, and what it leads to stays. The root itself may be a link.
    """
    for path in paths:
        for place in (root / path, *(root / path).parents):
            if place == root:
                break
            if place.is_symlink() and (place != root / path or place.is_dir()):
                raise InputError(
                    f"{place} is a link to another folder: nothing is written through it",
                    "remove it, or publish to another folder",
                )


def _said(problem: Exception) -> str:
    return visible(redact(" ".join(str(problem).split())))[:300] or type(problem).__name__


def _turn(change: Change) -> tuple[bool, bool, str]:
    """Put uploads before removals, and the card last: it may name files that only come with this version."""
    return change.path == CARD_NAME, change.kind == "removed", change.path


def _modified(info: Mapping[str, Any]) -> Any:
    """Return when a file was written, as its store says it; None if it does not."""
    names = ("LastModified", "last_modified", "updated", "mtime", "created")
    return next((info[name] for name in names if info.get(name) is not None), None)


def _is_older(info: Mapping[str, Any], written: Any) -> bool:
    modified = _modified(info)
    return modified is not None and written is not None and bool(modified <= written)


def _as_text(sums: Mapping[str, str]) -> bytes:
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(sums.items())).encode()


def _parsed(content: bytes) -> dict[str, str]:
    lines = (line.partition("  ") for line in content.decode("utf-8", "replace").splitlines())
    return {path: digest for digest, _, path in lines if path}
