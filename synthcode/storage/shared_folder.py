"""A folder that several machines share: on a mounted file system, or in an object store."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from synthcode.errors import InputError, StorageError
from synthcode.extras import install_line
from synthcode.redaction import redact, refuse_credentials_in_address
from synthcode.sanitize import visible
from synthcode.storage.atomic import TEMPORARY, sync, writing

STORES = ("s3", "gs", "az", "abfs", "memory")
"""Schemes of object stores: an object that is written there appears whole, or not at all."""
_FIX = "check the address, that the bucket is there, the network and the credentials; then run the same command again"


class SharedFolder(Protocol):
    """Files by name, ``/`` between their parts. Each appears whole, and is replaced as a whole.

    Every method raises ``StorageError`` if the folder cannot be reached, read or written.
    """

    name: str
    """As the user named it."""

    def is_there(self) -> bool:
        """Return whether the folder, or the bucket that it is in, is there."""

    def read(self, name: str) -> bytes | None:
        """Return the content of a file; None if it is not there."""

    def write(self, name: str, content: bytes) -> None:
        """Write a file."""

    def upload(self, file: Path, name: str) -> None:
        """Write a file with the content of one on this machine."""

    def download(self, name: str, file: Path) -> bool:
        """Copy a file to this machine, durably; return whether it was there."""

    def names(self, folder: str) -> list[str]:
        """Return the names of the files in a folder, sorted; an empty list if it is not there."""

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""


def open_shared_folder(address: str | Path) -> SharedFolder:
    """Return the folder that a path, or an address such as ``s3://bucket/prefix``, names.

    Raises
    ------
    InputError
        If addresses of this kind are not supported, or what reads them is not installed, or it carries a secret.
    """
    text = str(address)
    if "://" not in text:
        return LocalFolder(Path(text))
    refuse_credentials_in_address(text, "the folder that machines share")
    scheme, _, rest = text.partition("://")
    if scheme == "file":
        parts = urlsplit(text)
        if parts.netloc not in ("", "localhost") or not parts.path:
            raise InputError(f"{text} names no folder of this machine", "write it as file:///folder, or as a path")
        return LocalFolder(Path(unquote(parts.path)))
    if scheme not in STORES:
        known = ", ".join(f"{one}://" for one in ("file", *STORES))
        raise InputError(f"{text}: {scheme}:// is not supported", f"name a path, or an address of one of {known}")
    if not rest.strip("/"):
        raise InputError(f"{text} names no bucket", f"write it as {scheme}://bucket/folder")
    return ObjectStore(text.rstrip("/"))


class LocalFolder:
    """A folder of a mounted file system."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, str(path)

    def is_there(self) -> bool:
        """Return whether the folder is there."""
        with self._guarded("", "read"):
            return self.path.is_dir()

    def read(self, name: str) -> bytes | None:
        """Return the content of a file; None if it is not there."""
        with self._guarded(name, "read"):
            try:
                return (self.path / name).read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                return None

    def write(self, name: str, content: bytes) -> None:
        """Write a file."""
        with self._guarded(name, "written"), writing(self.path / name) as stream:
            stream.write(content)

    def upload(self, file: Path, name: str) -> None:
        """Write a file with the content of one on this machine."""
        with self._guarded(name, "written"), file.open("rb") as content, writing(self.path / name) as stream:
            shutil.copyfileobj(content, stream)

    def download(self, name: str, file: Path) -> bool:
        """Copy a file to this machine, durably; return whether it was there."""
        with self._guarded(name, "read"):
            if not (self.path / name).is_file():
                return False
            with (self.path / name).open("rb") as content, writing(file) as stream:
                shutil.copyfileobj(content, stream)
            return True

    def names(self, folder: str) -> list[str]:
        """Return the names of the files in a folder, sorted; an empty list if it is not there."""
        with self._guarded(folder, "read"):
            place = self.path / folder
            found = place.iterdir() if place.is_dir() else iter(())
            return sorted(one.name for one in found if one.is_file() and not one.name.startswith(TEMPORARY))

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        with self._guarded(name, "removed"):
            (self.path / name).unlink(missing_ok=True)

    @contextmanager
    def _guarded(self, name: str, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            raise StorageError(
                f"{self.path / name} cannot be {what}: {problem.strerror or problem}",
                "check the folder and its space; then run the same command again",
            ) from problem


class ObjectStore:
    """A prefix of an object store, through fsspec."""

    def __init__(self, address: str) -> None:
        self.name = address
        import fsspec

        try:
            with self._guarded("", "reached"):
                self._system, self._root = fsspec.core.url_to_fs(address)
        except ImportError as problem:
            fix = install_line("s3") if address.startswith("s3") else f"install what fsspec reads it with: {problem}"
            raise InputError(f"{address}: what reads such addresses is not installed", fix) from problem
        self._root = self._root.rstrip("/")

    def is_there(self) -> bool:
        """Return whether the bucket is there."""
        with self._guarded("", "reached"):
            bucket = self._root.lstrip("/").partition("/")[0]
            return bool(self._system.exists(bucket))

    def read(self, name: str) -> bytes | None:
        """Return the content of a file; None if it is not there."""
        with self._guarded(name, "read"):
            try:
                return bytes(self._system.cat_file(self._at(name)))
            except FileNotFoundError:
                return None

    def write(self, name: str, content: bytes) -> None:
        """Write a file."""
        with self._guarded(name, "written"):
            self._system.pipe_file(self._at(name), content)

    def upload(self, file: Path, name: str) -> None:
        """Write a file with the content of one on this machine."""
        with self._guarded(name, "written"):
            self._system.put_file(str(file), self._at(name))

    def download(self, name: str, file: Path) -> bool:
        """Copy a file to this machine, durably; return whether it was there."""
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_name(TEMPORARY + file.name)
        try:
            with self._guarded(name, "read"):
                try:
                    self._system.get_file(self._at(name), str(temporary))
                except FileNotFoundError:
                    return False
            sync(temporary)
            os.replace(temporary, file)
            sync(file.parent)
        finally:
            temporary.unlink(missing_ok=True)
        return True

    def names(self, folder: str) -> list[str]:
        """Return the names of the files in a folder, sorted; an empty list if it is not there."""
        with self._guarded(folder, "read"):
            self._system.invalidate_cache()
            try:
                found: list[dict[str, Any]] = self._system.ls(self._at(folder), detail=True)
            except FileNotFoundError:
                return []
            return sorted(one["name"].rpartition("/")[2] for one in found if one["type"] == "file")

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        with self._guarded(name, "removed"):
            try:
                self._system.rm_file(self._at(name))
            except FileNotFoundError:
                return

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}"

    @contextmanager
    def _guarded(self, name: str, what: str) -> Iterator[None]:
        try:
            yield
        except (ImportError, StorageError):
            raise
        except Exception as problem:  # each store's client raises errors of its own kinds
            place = f"{self.name}/{name}" if name else self.name
            said = visible(redact(" ".join(str(problem).split())))[:300] or type(problem).__name__
            raise StorageError(f"{place} cannot be {what}: {said}", _FIX) from problem
