"""What a file is, by its first bytes: compressed forms are read, other kinds refused by name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthcode.errors import InputError
from synthcode.seeds.rows.files import DataFile, data_files
from synthcode.seeds.rows.formats import columns_of
from tests.support.datasets.table_files import outcome, read, written


def _zip(content: bytes, *names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return packed.getvalue()


PACKED = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda content: pa.compress(content, "zstd", asbytes=True),
    "zip": lambda content: _zip(content, "rows.jsonl", "__MACOSX/._rows.jsonl"),
}


@pytest.mark.parametrize("form", PACKED)
def test_compressed_files_are_read_whatever_their_name(tmp_path: Path, form: str) -> None:
    content = b"".join(b'{"a": %d}\n' % number for number in range(30_000))
    expected = [{"a": number} for number in range(30_000)]
    for name in (f"t.jsonl.{form}", "t.jsonl"):
        assert outcome(read(written(tmp_path, name, PACKED[form](content)))) == expected
    assert outcome(read(written(tmp_path, "csv.zip", _zip(b"a\n1\n", "folder/rows.csv")))) == [{"a": "1"}]
    (tmp_path / "csv.zip").unlink()
    table = written(tmp_path, f"t.csv.{form}", PACKED[form](b"a\n1\n"))
    assert columns_of(table) == ["a"]
    assert outcome(read(table)) == [{"a": "1"}]
    assert {file.name for file in data_files(str(tmp_path))} == {f"t.jsonl.{form}", "t.jsonl", f"t.csv.{form}"}


@pytest.mark.parametrize("form", PACKED)
@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: data[:30] + b"?" * 9 + data[39:]])
def test_damaged_compressed_files_are_named(tmp_path: Path, form: str, damage: Callable[[bytes], bytes]) -> None:
    draw = random.Random(0)
    content = b"".join(b'{"a": "%s"}\n' % draw.randbytes(20).hex().encode() for _ in range(5_000))
    for name in (f"t.jsonl.{form}", f"t.csv.{form}"):
        with pytest.raises(InputError, match="cannot be read to its end") as error:
            read(written(tmp_path, name, damage(PACKED[form](content))))
        assert error.value.fix == "fetch or copy the file again: it is not whole"


def test_damage_is_named_before_what_the_damaged_data_reads_as(tmp_path: Path) -> None:
    packed = bytearray(bz2.compress(b"".join(b'{"a": %d}\n' % number for number in range(30_000))))
    packed[len(packed) // 2 : len(packed) // 2 + 40] = random.Random(1).randbytes(40)
    for name in ("t.jsonl.bz2", "t.csv.bz2"):
        file = written(tmp_path, name, bytes(packed))
        for attempt in (columns_of, read):
            with pytest.raises(InputError, match="cannot be read to its end"):
                attempt(file)


def _with_zip_header(content: bytes, *, flags: int = 0, method: int = 8) -> bytes:
    """Set what a zip archive says about its only member, in both of its headers."""
    packed = bytearray(content)
    central = packed.rindex(b"PK\x01\x02")
    for place in (6, central + 8):
        packed[place] |= flags
        packed[place + 2] = method
    return bytes(packed)


ZIPPED = _zip(b'{"a": 1}\n', "rows.jsonl")
UNREAD = {
    "encrypted.zip": (_with_zip_header(ZIPPED, flags=1), "is encrypted", "with its password"),
    "deflate64.zip": (_with_zip_header(ZIPPED, method=9), "packed by method 9", "such as with 7z"),
    "two.zip": (_zip(b"{}", "a.jsonl", "b.jsonl"), "holds 2 files", "give its folder"),
    "twice.jsonl.gz": (gzip.compress(gzip.compress(b"{}")), "compressed twice", "unpack it once"),
    "zipped.gz": (gzip.compress(ZIPPED), "compressed twice", "unpack it once"),
    "t.parquet.gz": (gzip.compress(b"PAR1"), "compressed Parquet", "unpack it"),
    "t.jsonl.Z": (b"\x1f\x9d\x90abc", "compressed with compress", "uncompress"),
    "t.jsonl.br": (b"\x1b\x0f\x00\xf8\xa5", "compressed with Brotli", "brotli -d"),
    "t.jsonl.lzma": (lzma.compress(b"{}\n", format=lzma.FORMAT_ALONE), "compressed with lzma", "unlzma"),
    "t.jsonl.sz": (b"\xff\x06\0\0sNaPpY", "compressed with Snappy", "gzip"),
}


@pytest.mark.parametrize("name", UNREAD)
def test_forms_that_are_not_read_are_named_with_the_way_out(tmp_path: Path, name: str) -> None:
    content, what, fix = UNREAD[name]
    with pytest.raises(InputError, match=what) as error:
        read(written(tmp_path, name, content))
    assert fix in error.value.fix


def test_text_is_read_whatever_form_its_name_says(tmp_path: Path) -> None:
    for suffix in ("br", "gz", "zip", "Z"):
        assert outcome(read(written(tmp_path, f"t.jsonl.{suffix}", '{"a": "é"}\n'.encode()))) == [{"a": "é"}]


@pytest.mark.parametrize("form", ["bz2", "xz"])
def test_streams_one_after_the_other_are_one_file(tmp_path: Path, form: str) -> None:
    padding = b"\0" * 8 if form == "xz" else b""
    content = PACKED[form](b'{"a": 1}\n') + padding + PACKED[form](b'{"a": 2}\n') + padding
    assert outcome(read(written(tmp_path, f"t.jsonl.{form}", content))) == [{"a": 1}, {"a": 2}]


def test_xz_that_asks_for_a_huge_dictionary_is_refused(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9, "dict_size": 1 << 30}]
    packed = lzma.compress(b'{"a": 1}\n', filters=filters)
    with pytest.raises(InputError, match="Memory usage limit exceeded"):
        read(written(tmp_path, "t.jsonl.xz", packed))


FOREIGN = {
    "t.arrow": (b"ARROW1\0\0" + b"\0" * 99, "an Arrow file"),
    "t.feather": (b"FEA1" + b"\0" * 99, "an Arrow file"),
    "stream.arrow": (b"\xff\xff\xff\xff\x80\x01\0\0", "an Arrow file"),
    "t.xlsx": (_zip(b"", "[Content_Types].xml", "xl/workbook.xml"), "an Excel workbook"),
    "t.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook"),
    "t.pkl": (pickle.dumps([{"a": 1}]), "a pickle"),
    "t.tar": (b"t.jsonl".ljust(257, b"\0") + b"ustar\0" + b"00", "an archive"),
    "t.tar.gz": (gzip.compress(b"t.jsonl".ljust(257, b"\0") + b"ustar\0" + b"00"), "an archive"),
    "two.zip": (_zip(b"{}", "a.jsonl", "b.jsonl"), "holds 2 files"),
    "t.jsonl": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "a Git LFS pointer"),
    "page.jsonl": (b"\n<!DOCTYPE html>\n<html></html>\n", "a web page"),
    "denied.csv": (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "a web page"),
    "utf16.jsonl": ('{"a": 1}\n'.encode("utf-16"), "text in UTF-16"),
    "utf32.jsonl": ('{"a": 1}\n'.encode("utf-32"), "text in UTF-32"),
    "empty.zip": (_zip(b""), "an archive without files"),
    "utf16-le.csv": ("a,b\n1,2\n".encode("utf-16-le"), "text in UTF-16"),
    "t.db": (b"SQLite format 3\0", "a database"),
    "random.jsonl": (b"\x01\0\0\0\x09\x08\0\0" * 9, "binary data"),
    "Main.java": (b"class Main {\n}\n", "is not JSON Lines"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_files_of_other_kinds_are_refused_by_name(tmp_path: Path, name: str) -> None:
    content, what = FOREIGN[name]
    file = written(tmp_path, name, content)
    for attempt in (columns_of, read):
        with pytest.raises(InputError, match=what) as error:
            attempt(file)
        assert error.value.fix


def test_parquet_is_read_whatever_its_name(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "t.data")
    assert outcome(read(DataFile("t.data", tmp_path / "t.data"))) == [{"a": 1}]
