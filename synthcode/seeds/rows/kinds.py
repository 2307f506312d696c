"""What a file is, by its first bytes: one of the formats that are read, or one to be refused by name."""

from __future__ import annotations

import zipfile
from typing import Literal, NamedTuple

from synthcode.bounded.compression import UNPACKING_ERRORS, compression_of, unpacked
from synthcode.bounded.files import open_regular
from synthcode.errors import InputError
from synthcode.seeds.rows.files import DataFile, unreadable_file

Format = Literal["json", "csv", "parquet"]

_HEAD = 4_096
_CSV = (".csv", ".tsv", ".tab", ".txt")


class _Foreign(NamedTuple):
    what: str
    fix: str


_ARROW = _Foreign(
    "an Arrow file", "save it as Parquet: datasets.load_from_disk(...).to_parquet(...), or pyarrow.parquet.write_table"
)
_EXCEL = _Foreign("an Excel workbook", "export the sheet as CSV in UTF-8")
_PICKLE = _Foreign("a pickle, which can run code when it is read", "save the data as JSON Lines or Parquet")
_ARCHIVE = _Foreign("an archive", "unpack it, and give the file in it")
_UTF16 = _Foreign("text in UTF-16", "convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW")
_UTF32 = _Foreign("text in UTF-32", "convert it: iconv -f UTF-32 -t UTF-8 FILE > NEW")
_PAGE = _Foreign(
    "a web page, as a failed or refused download leaves", "open its address in a browser, and fetch it again"
)
_DATABASE = _Foreign("a database", "export the table as CSV or Parquet")
_BINARY = _Foreign("binary data of an unknown kind", "give JSON Lines, CSV or Parquet")

_MAGIC = {
    b"version https://git-lfs": _Foreign("a Git LFS pointer, not the data itself", "fetch the data: git lfs pull"),
    b"# xet version": _Foreign("a pointer to data in Xet storage, not the data itself", "fetch the data: git lfs pull"),
    b"/annex/objects/": _Foreign("a git-annex pointer, not the data itself", "fetch the data: git annex get"),
    b"\xff\xfe\0\0": _UTF32,
    b"\0\0\xfe\xff": _UTF32,
    b"\xff\xfe": _UTF16,
    b"\xfe\xff": _UTF16,
    b"ARROW1": _ARROW,
    b"FEA1": _ARROW,
    b"\xff\xff\xff\xff": _ARROW,
    **{b"\x80" + bytes([protocol]): _PICKLE for protocol in range(2, 6)},
    b"\xd0\xcf\x11\xe0": _EXCEL,
    b"7z\xbc\xaf": _ARCHIVE,
    b"Rar!": _ARCHIVE,
    b"\x04\x22\x4d\x18": _Foreign("compressed with lz4", "unpack it: lz4 -d"),
    b"\x1f\x9d": _Foreign("compressed with compress", "unpack it: uncompress"),
    b"LZIP": _Foreign("compressed with lzip", "unpack it: lzip -d"),
    b"\x89LZO": _Foreign("compressed with lzop", "unpack it: lzop -d"),
    b"\x5d\0\0": _Foreign("compressed with lzma", "unpack it: unlzma"),
    b"\xff\x06\0\0sNaPpY": _Foreign("compressed with Snappy", "unpack it, or compress it with gzip"),
    b"PK\x05\x06": _Foreign("an archive without files", "pack it again, or give the file itself"),
    b"SQLite format 3": _DATABASE,
    b"%PDF": _Foreign("a PDF", "give the data that it shows as CSV or JSON Lines"),
    b"\x89HDF": _Foreign("an HDF5 file", "save the table as Parquet"),
    b"\x93NUMPY": _Foreign("a NumPy array", "save the data as JSON Lines or Parquet"),
    b"Obj\x01": _Foreign("an Avro file", "save the data as JSON Lines or Parquet"),
    b"ORC": _Foreign("an ORC file", "save the table as Parquet"),
}
_BROTLI = _Foreign("compressed with Brotli", "unpack it: brotli -d")
"""Known by the file's name only."""
_TWICE = _Foreign("compressed twice", "unpack it once, and give the file in it")
_PACKED_PARQUET = _Foreign("compressed Parquet, which is compressed in itself", "unpack it, and give the file in it")
_TAR = (257, b"ustar")


def format_of(file: DataFile) -> Format:
    """Return the format of a file.

    Raises
    ------
    InputError
        If it cannot be read, or is of another kind: the error names the kind, and the way out.
    """
    try:
        form, head = _head(file)
    except UNPACKING_ERRORS as problem:
        raise unreadable_file(file, problem) from problem
    if head.startswith(b"PAR1") and form is None:
        return "parquet"
    foreign = _packed_wrongly(file, form, head) or _foreign(head)
    if foreign is not None:
        raise InputError(f"{file.path} is {foreign.what}", foreign.fix)
    if file.name.lower().endswith(".parquet"):
        raise InputError(
            f"{file.path} cannot be read as Parquet: it does not begin with PAR1", "fetch the file again, or rename it"
        )
    named_csv = any(_is_csv(name.lower()) for name in (file.name, _packed_name(file) or ""))
    return "csv" if named_csv and not head.lstrip().startswith(b"{") else "json"


def _is_csv(name: str) -> bool:
    for suffix in (".gz", ".bz2", ".xz", ".zst", ".zip"):
        name = name.removesuffix(suffix)
    return name.endswith(_CSV)


def _head(file: DataFile) -> tuple[str | None, bytes]:
    """Return the form in which a file is compressed, if any, and the first bytes of what it holds."""
    if any(name.startswith("xl/") for name in _members(file)):
        raise InputError(f"{file.path} is {_EXCEL.what}", _EXCEL.fix)
    with open_regular(file.path) as packed:
        form = compression_of(packed.read(8))
        packed.seek(0)
        return form, unpacked(packed).read(_HEAD)


def _packed_wrongly(file: DataFile, form: str | None, head: bytes) -> _Foreign | None:
    if form is None:
        return _BROTLI if file.name.lower().endswith(".br") and not _is_text(head) else None
    if head.startswith(b"PAR1"):
        return _PACKED_PARQUET
    return _TWICE if compression_of(head) is not None else None


def _is_text(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as problem:
        return problem.reason == "unexpected end of data"  # within a character
    return b"\0" not in head


def _packed_name(file: DataFile) -> str | None:
    """Return the name of the file in a zip archive, which says more than the archive's own."""
    names = [name for name in _members(file) if not name.endswith("/") and not name.startswith("__MACOSX/")]
    return names[0] if len(names) == 1 else None


def _members(file: DataFile) -> list[str]:
    with open_regular(file.path) as packed:
        return zipfile.ZipFile(packed).namelist() if compression_of(packed.read(8)) == "zip" else []


def _foreign(head: bytes) -> _Foreign | None:
    for magic, foreign in _MAGIC.items():
        if head.startswith(magic):
            return foreign
    start, magic = _TAR
    if head[start:].startswith(magic):
        return _ARCHIVE
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        return _PAGE
    even, odd = head[::2].count(0), head[1::2].count(0)
    if 10 * (even + odd) < len(head) or not head:
        return None
    return _BINARY if even and odd else _UTF16
