"""Parquet that ends the process that decodes it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthcode.bounded.parquet import ParquetRows
from synthcode.bounded.parquet_decoding import ParquetDecoder
from synthcode.bounded.vouching import is_vouched_for, vouch_for
from synthcode.errors import InputError

ABORTS = Path(__file__).parents[2] / "fuzz/corpus/recording_parquet/level_histogram_of_another_size"
TABLE = pa.table(
    {
        "text": ["a", None, "ü" * 50] * 100,
        "kind": pa.array(["x", "y", None] * 100).dictionary_encode(),
        "tests": [{"go": "func T() {}"}, None, {"go": None}] * 100,
        "lists": [[1, 2], [], None] * 100,
        "pairs": pa.array([[("k", 1)], [], None] * 100, pa.map_(pa.string(), pa.int32())),
        "bytes": pa.array([b"\xff", b"", None] * 100),
    }
)


def write(path: Path) -> Path:
    pq.write_table(TABLE, path, row_group_size=128)
    return path


def test_a_footer_that_ends_arrows_process_is_an_error_of_two_lines() -> None:
    with pytest.raises(InputError) as refusal:
        list(ParquetRows(ABORTS, "write it again", "is damaged").batches(None, 100))
    assert refusal.value.problem.startswith(f"{ABORTS} is damaged: ")
    assert refusal.value.fix == "write it again"


def test_rows_are_the_same_whichever_process_decodes_them(tmp_path: Path) -> None:
    rows, decoder = ParquetRows(write(tmp_path / "t.parquet")), ParquetDecoder(tmp_path / "t.parquet")
    assert rows.schema().equals(decoder.schema())
    assert rows.number_of_rows() == decoder.number_of_rows() == 300
    for columns in (None, ["lists", "text", "absent"]):
        there, here = (list(one.batches(columns, 100)) for one in (rows, decoder))
        assert [(found.first, found.size) for found in there] == [(found.first, found.size) for found in here]
        for one, other in zip(there, here, strict=True):
            assert one.batch is not None
            assert other.batch is not None
            assert one.batch.equals(other.batch)


def test_a_file_is_vouched_for_until_it_changes(tmp_path: Path) -> None:
    path = write(tmp_path / "t.parquet")
    assert not is_vouched_for(path)
    vouch_for(path)
    assert is_vouched_for(path)
    assert sum(found.size for found in ParquetRows(path).batches(["text"], 100)) == 300
    content = bytearray(path.read_bytes())
    content[10] ^= 1
    path.write_bytes(content)
    assert not is_vouched_for(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="absent"):
        ParquetRows(tmp_path / "absent.parquet").schema()
