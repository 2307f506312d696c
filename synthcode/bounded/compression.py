"""Compressed files as streams: the form is known from the first bytes, never from the name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from typing import IO, Protocol, cast

from synthcode.bounded import limits
from synthcode.bounded.damage import NotUnpackable

MAGIC = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
}
"""The first bytes of each form that is read."""

UNPACKING_ERRORS = (
    EOFError,
    OSError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
)
"""What unpacking raises for a file that is damaged, cut short, or encrypted. ``zipfile`` raises the last two."""

_CHUNK = 1 << 16
_ENCRYPTED = 0x1
"""The bit of a zip member's flags that says so."""
_ZIP_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA})


def compression_of(head: bytes) -> str | None:
    """Return the name of the compressed form that the first bytes of a file are of."""
    return next((name for magic, name in MAGIC.items() if head.startswith(magic)), None)


def unpacked(packed: IO[bytes]) -> IO[bytes]:
    """Return a stream of what a file holds: unpacked if it is compressed, else the file itself.

    A zip archive is read if it holds one file.

    Raises
    ------
    NotUnpackable
        If a zip archive holds several files, or none, is encrypted, or is packed by a method that is not read.
    zipfile.BadZipFile
        If it is damaged.
    """
    head = packed.read(8)
    packed.seek(0)
    form = compression_of(head)
    if form == "gzip":
        return cast(IO[bytes], gzip.GzipFile(fileobj=packed))
    if form == "bzip2":
        return io.BufferedReader(_Unpacked(packed, bz2.BZ2Decompressor))
    if form == "xz":
        return io.BufferedReader(_Unpacked(packed, _xz_decompressor))
    if form == "zstd":
        import pyarrow as pa

        return io.BufferedReader(pa.CompressedInputStream(pa.PythonFile(packed, "r"), "zstd"))
    return _only_member(packed) if form == "zip" else packed


def _only_member(packed: IO[bytes]) -> IO[bytes]:
    archive = zipfile.ZipFile(packed)
    members = [member for member in archive.infolist() if not member.is_dir()]
    members = [member for member in members if not member.filename.startswith("__MACOSX/")]
    if len(members) != 1:
        raise NotUnpackable(f"the archive holds {len(members):,} files, not one", "unpack it, and give its folder")
    if members[0].flag_bits & _ENCRYPTED:
        raise NotUnpackable("the archive is encrypted", "unpack it with its password, and give the file in it")
    if members[0].compress_type not in _ZIP_METHODS:
        raise NotUnpackable(
            f"the archive is packed by method {members[0].compress_type}, which is not read",
            "unpack it, such as with 7z, and give the file in it",
        )
    return archive.open(members[0])


def _xz_decompressor() -> _Decompressor:
    return lzma.LZMADecompressor(memlimit=limits.XZ_DICTIONARY)


class _Decompressor(Protocol):
    """What ``bz2`` and ``lzma`` have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Unpacked(io.RawIOBase):
    """The streams of a file, one after the other.

    ``lzma.LZMAFile`` does the same without a bound on memory: a header may require a dictionary of 4 GiB.
    """

    def __init__(self, packed: IO[bytes], make: Callable[[], _Decompressor]) -> None:
        self._packed, self._make, self._current = packed, make, make()
        self._rest = b""

    def readable(self) -> bool:
        """Return whether it can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill a buffer; return 0 at the end."""
        found = b""
        while not found and self._has_more():
            data, self._rest = self._rest, b""
            if not data and self._current.needs_input:
                data = self._packed.read(_CHUNK)
                if not data:
                    raise EOFError("the file ends before the end of its compressed data")
            found = self._current.decompress(data, len(buffer))
            if self._current.eof:
                self._rest = self._current.unused_data
        buffer[: len(found)] = found
        return len(found)

    def _has_more(self) -> bool:
        """Begin the next stream if one has ended; return False at the end of the file."""
        if not self._current.eof:
            return True
        while not (rest := self._rest.lstrip(b"\0")):  # xz pads its streams
            self._rest = self._packed.read(_CHUNK)
            if not self._rest:
                return False
        self._rest, self._current = rest, self._make()
        return True
