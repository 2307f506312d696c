"""Rows of JSON Lines and Parquet: streamed, broken ones counted; the files of a folder."""

from __future__ import annotations

import gzip
import itertools
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthcode.bounded import limits
from synthcode.errors import InputError
from synthcode.seeds.rows.files import DataFile, data_files, file_digests, lines
from synthcode.seeds.rows.formats import columns_of, read_rows
from tests.support.datasets.table_files import outcome, read, written


def test_json_lines_survive_every_kind_of_broken_line(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbf{"a": 1}\n\n{"a": \n[1]\nnull\n"x"\n{"a": "\xff"}\n' + b"[" * 100_000 + b'\n{"a": 2}'
    rows = read(written(tmp_path, "t.jsonl", content))
    broken = ["unreadable_row"] * 4
    assert outcome(rows) == [{"a": 1}, *broken, "invalid_utf8", "unreadable_row", {"a": 2}]
    assert [row.place for row in rows] == [f"t.jsonl:{number}" for number in (1, 3, 4, 5, 6, 7, 8, 9)]
    problem = rows[1].problem
    assert problem is not None
    assert problem.detail.startswith("line contains invalid json: ")


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
    assert error.value.fix == "fetch or copy the file again: it is not whole"


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
