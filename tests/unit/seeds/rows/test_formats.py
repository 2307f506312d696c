"""Rows of JSON Lines, CSV and Parquet: streamed, broken ones counted."""

from __future__ import annotations

import bz2
import gzip
import io
import itertools
import json
import lzma
import pickle
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthcode.bounded import limits
from synthcode.errors import InputError
from synthcode.schemas.records import Rejection
from synthcode.seeds.rows.files import DataFile, data_files, file_digests, lines
from synthcode.seeds.rows.formats import columns_of, read_rows
from synthcode.seeds.rows.row import Row


def written(folder: Path, name: str, content: bytes | str) -> DataFile:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return DataFile(name, path)


def read(file: DataFile, columns: str = "abc") -> list[Row]:
    return list(read_rows(file, list(columns)))


def outcome(rows: list[Row]) -> list[object]:
    return [row.problem.reason if row.problem else dict(row.cells) for row in rows]


def test_json_lines_survive_every_kind_of_broken_line(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbf{"a": 1}\n\n{"a": \n[1]\nnull\n"x"\n{"a": "\xff"}\n' + b"[" * 100_000 + b'\n{"a": 2}'
    rows = read(written(tmp_path, "t.jsonl", content))
    broken = ["unreadable_row"] * 4
    assert outcome(rows) == [{"a": 1}, *broken, "invalid_utf8", "unreadable_row", {"a": 2}]
    assert [row.place for row in rows] == [f"t.jsonl:{number}" for number in (1, 3, 4, 5, 6, 7, 8, 9)]
    problem = rows[1].problem
    assert problem is not None
    assert problem.detail.startswith("t.jsonl:3: line contains invalid json: ")


def test_json_takes_what_python_writes(tmp_path: Path) -> None:
    line = json.dumps({"a": float("nan"), "b": "\ud800", "c": 2**80})
    (row,) = read(written(tmp_path, "t.jsonl", line))
    assert row.cells["b"] == "\ud800"
    assert row.cells["c"] == 2**80


def test_gzip_is_unpacked_whatever_the_name(tmp_path: Path) -> None:
    content = gzip.compress(b'{"a": 1}\n')
    assert outcome(read(written(tmp_path, "t.jsonl.gz", content))) == [{"a": 1}]
    assert outcome(read(written(tmp_path, "t.jsonl", content))) == [{"a": 1}]


@pytest.mark.parametrize("damage", [lambda data: data[:-30], lambda data: data[:40] + b"damage" + data[46:]])
def test_a_damaged_gzip_is_an_error_after_the_rows_before_it(tmp_path: Path, damage: object) -> None:
    content = gzip.compress(b"".join(b'{"a": %d}\n' % number for number in range(20_000)))
    file = written(tmp_path, "t.jsonl.gz", damage(content))  # type: ignore[operator]
    with pytest.raises(InputError, match=r"t\.jsonl\.gz cannot be read to its end: ") as error:
        read(file)
    assert error.value.fix == "fix its permissions, or fetch the file again"


def test_reading_is_lazy(tmp_path: Path) -> None:
    endless = written(tmp_path, "t.jsonl", b'{"a": 1}\n' * 10_000 + b"\xff")
    assert len(list(itertools.islice(read_rows(endless, ["a"]), 3))) == 3


def test_the_rest_of_an_endless_line_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert limits.ROW >= 4_000_000
    monkeypatch.setattr(limits, "ROW", 10)
    file = written(tmp_path, "t.jsonl", b"0123456789abcdefghijklmnop\nrest\n")
    assert list(lines(file)) == [b"0123456789", b"rest\n"]


def test_a_json_array_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is one JSON array, not one object a line") as error:
        read(written(tmp_path, "t.json", ' [\n{"a": 1}]'))
    assert error.value.fix == "convert it: jq -c '.[]' t.json > rows.jsonl"


def test_json_over_several_lines_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has JSON objects over several lines, not one a line") as error:
        read(written(tmp_path, "t.jsonl", '{\n  "a": 1\n}\n{\n  "a": 2\n}\n'))
    assert error.value.fix == "convert it: jq -c . t.jsonl > rows.jsonl"
    with pytest.raises(InputError, match="is one JSON array") as error:
        read(written(tmp_path, "t.jsonl.gz", gzip.compress(b'[{"a": 1}]')))
    assert error.value.fix == "convert it: zcat t.jsonl.gz | jq -c '.[]' > rows.jsonl"


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
    file = written(tmp_path, f"t.jsonl.{form}", damage(PACKED[form](content)))
    with pytest.raises(InputError, match="cannot be read to its end"):
        read(file)


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


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", "a;b\n1;2,5\n"),
        ("t.csv", "a\tb\n1\t2,5\n"),
        ("t.txt", "a\tb\n1\t2,5\n"),
        ("t.csv", "a|b\n1|2,5\n"),
        ("t.csv", "sep=;\r\na;b\r\n1;2,5\r\n"),
        ("t.csv", 'a,b\n1,"2,5"\n'),
        ("t.tsv", "a\tb\n1\t2,5\n"),
    ],
)
def test_the_header_says_what_separates_cells(tmp_path: Path, name: str, content: str) -> None:
    assert outcome(read(written(tmp_path, name, content))) == [{"a": "1", "b": "2,5"}]


def test_csv_has_cells_of_several_lines(tmp_path: Path) -> None:
    file = written(tmp_path, "t.csv", '\ufeffa,b\r\n1,"x\ny, ""z"""\r\n\r\n2,é\n')
    assert outcome(read(file)) == [{"a": "1", "b": 'x\ny, "z"'}, {"a": "2", "b": "é"}]
    assert [row.place for row in read(file)] == ["t.csv:2", "t.csv:5"]


def test_broken_csv_rows_do_not_take_others_along(tmp_path: Path) -> None:
    content = b'a,b\n1,"one"x\n2,two\n3\n4,4,4\n5,\xff\n6,"six\nlines"\n7,se\rven\n8,eight\n'
    assert outcome(read(written(tmp_path, "t.csv", content))) == [
        "unreadable_row",
        {"a": "2", "b": "two"},
        "unreadable_row",
        "unreadable_row",
        "invalid_utf8",
        {"a": "6", "b": "six\nlines"},
        "unreadable_row",
        {"a": "8", "b": "eight"},
    ]


@pytest.mark.parametrize("ending", ["", '4,"four"\n5,five\n'])
def test_every_line_that_an_open_quote_takes_is_a_rejected_row(tmp_path: Path, ending: str) -> None:
    rows = read(written(tmp_path, "t.csv", 'a,b\n0,zero\n1,"open\n2,two\n3,three\n' + ending))
    taken = ["t.csv:3", "t.csv:4", "t.csv:5"] + ["t.csv:6"] * bool(ending)
    assert [row.place for row in rows if row.problem is not None] == taken
    assert [dict(row.cells) for row in rows if row.problem is None] == [
        {"a": "0", "b": "zero"},
        *([{"a": "5", "b": "five"}] if ending else []),
    ]
    assert rows[2].problem == Rejection("unreadable_row", "t.csv:4 belongs to the broken row that begins at t.csv:3")


def test_a_row_of_several_lines_with_too_many_cells_is_one_row(tmp_path: Path) -> None:
    content = 'a,b\n1,"x,\ny,\nz",3\n2,two\n'
    assert outcome(read(written(tmp_path, "t.csv", content))) == ["unreadable_row", {"a": "2", "b": "two"}]


def test_a_broken_csv_header_is_an_error(tmp_path: Path) -> None:
    file = written(tmp_path, "t.csv", 'a,"b\n1,2\n')
    for attempt in (columns_of, read):
        with pytest.raises(InputError, match=r"t\.csv has a broken header: unexpected end of data"):
            attempt(file)


@pytest.mark.parametrize("row", ['1,"never closed\n', '"1\n","\n' * 50])
def test_a_row_beyond_the_bound_ends_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: str) -> None:
    monkeypatch.setattr(limits, "ROW", 1_000)
    rows = read(written(tmp_path, "t.csv", f"a,b\n{row}" + "2,two\n" * 1_000))
    last = next(number for number, row in enumerate(rows) if row.problem is None)
    assert last <= 101
    assert all(row.problem is None for row in rows[last:])
    assert len(rows) == row.count("\n") + 1_000


def test_reading_csv_leaves_the_process_as_it_was(tmp_path: Path) -> None:
    import csv

    before = csv.field_size_limit()
    long = "x" * (before + 1)
    rows = read_rows(written(tmp_path, "t.csv", f"a\n{long}\n"), ["a"])
    assert next(rows).cells == {"a": long}
    assert csv.field_size_limit() == before


def test_tabs_part_tsv(tmp_path: Path) -> None:
    assert outcome(read(written(tmp_path, "t.tsv", "a\tb\n1\t2,3\n"))) == [{"a": "1", "b": "2,3"}]


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
)
def test_parquet_text_comes_unchecked(tmp_path: Path, kind: pa.DataType) -> None:
    table = pa.table({"a": pa.array(["x", None, "é"], pa.string()).cast(kind), "unused": [1, 2, 3], "b": [1, 2, 3]})
    pq.write_table(table, tmp_path / "t.parquet")
    rows = read(DataFile("t.parquet", tmp_path / "t.parquet"))
    texts = [cell.decode() if isinstance(cell := row.cells["a"], bytes) else cell for row in rows]
    assert texts == ["x", None, "é"]
    assert [row.cells["b"] for row in rows] == [1, 2, 3]
    assert "unused" not in rows[0].cells
    assert rows[2].place == "t.parquet:3"


def test_parquet_with_bytes_that_are_no_text_is_read(tmp_path: Path) -> None:
    invalid = pa.Array.from_buffers(pa.string(), 2, pa.array([b"ok", b"\xff"]).buffers())
    nested = pa.ListArray.from_arrays(pa.array([0, 1, 2], pa.int32()), invalid)
    pq.write_table(pa.table({"a": invalid, "b": nested}), tmp_path / "t.parquet")
    first, second = read(DataFile("t.parquet", tmp_path / "t.parquet"))
    assert first.cells == {"a": b"ok", "b": ["ok"]}
    assert second.cells == {"a": b"\xff", "b": b"\xff"}


@pytest.mark.parametrize("content", [b"", b"PAR1 this is none PAR1"])
def test_what_is_no_parquet_is_refused(tmp_path: Path, content: bytes) -> None:
    file = written(tmp_path, "t.parquet", content)
    with pytest.raises(InputError, match=r"t\.parquet cannot be read as Parquet: "):
        columns_of(file)
    with pytest.raises(InputError, match=r"t\.parquet cannot be read as Parquet: "):
        read(file)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("t.jsonl", '{"a": 1}\n{"b": 1, "a": 2}\nbroken\n', ["a", "b"]),
        ("t.jsonl", "", []),
        ("t.csv", "a,b\n1,2\n", ["a", "b"]),
        ("t.csv", "", []),
    ],
)
def test_columns_are_known_before_the_rows(tmp_path: Path, name: str, content: str, expected: list[str]) -> None:
    assert columns_of(written(tmp_path, name, content)) == expected


def test_a_folder_gives_its_tables_by_name(tmp_path: Path) -> None:
    for name in ("b/x.csv", "a.jsonl.gz", "c.PARQUET", "note.md", ".hidden.csv", ".cache/y.csv", "settings.json"):
        written(tmp_path, name, b"")
    assert [file.name for file in data_files(str(tmp_path))] == ["a.jsonl.gz", "b/x.csv", "c.PARQUET"]
    assert [file.name for file in data_files(str(tmp_path / "note.md"))] == ["note.md"]


def test_json_files_count_where_there_is_nothing_else(tmp_path: Path) -> None:
    written(tmp_path, "rows.json", b"")
    assert [file.name for file in data_files(str(tmp_path))] == ["rows.json"]


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere does not exist"):
        data_files(str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match="holds no JSON Lines, CSV or Parquet file"):
        data_files(str(tmp_path))


def test_digests_are_of_contents(tmp_path: Path) -> None:
    file = written(tmp_path, "a.csv", b"abc")
    assert file_digests([file]) == {"a.csv": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}
    file.path.unlink()
    with pytest.raises(InputError, match=r"a\.csv cannot be read to its end"):
        file_digests([file])
