from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthcode.errors import InputError
from synthcode.storage import shards
from synthcode.storage.atomic import write_text
from synthcode.storage.shards import (
    ShardWriter,
    read_batches,
    read_file,
    shards_of,
    write_table,
)

SCHEMA = pa.schema([pa.field("key", pa.string(), nullable=False), pa.field("n", pa.int32())])


def rows(count: int) -> pa.Table:
    return pa.table(
        {"key": [f"k{i:06d}" for i in range(count)], "n": pa.array(range(count), pa.int32())}, schema=SCHEMA
    )


def digests(paths: list[Path]) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "ROWS_PER_GROUP", 10)
    monkeypatch.setattr(shards, "ROWS_PER_SHARD", 30)


def read_whole(paths: list[Path]) -> pa.Table:
    return pa.concat_tables([SCHEMA.empty_table(), *read_batches(paths, SCHEMA.names)])


def write(folder: Path, table: pa.Table, batch: int) -> list[Path]:
    with ShardWriter(folder, SCHEMA) as writer:
        for start in range(0, table.num_rows, batch):
            writer.write(table.slice(start, batch))
        return writer.commit()


def test_bytes_depend_on_the_rows_and_not_on_the_batches(tmp_path: Path) -> None:
    one, many = write(tmp_path / "a", rows(75), 75), write(tmp_path / "b", rows(75), 7)
    assert [path.name for path in one] == ["part-00000.parquet", "part-00001.parquet", "part-00002.parquet"]
    assert digests(one) == digests(many)
    assert read_whole(many).equals(rows(75))


def test_fewer_shards_replace_more(tmp_path: Path) -> None:
    write(tmp_path, rows(75), 10)
    write(tmp_path, rows(5), 10)
    assert [path.name for path in shards_of(tmp_path)] == ["part-00000.parquet"]
    assert read_whole(shards_of(tmp_path)).num_rows == 5


def test_without_commit_the_earlier_shards_stay(tmp_path: Path) -> None:
    write(tmp_path, rows(5), 10)
    with ShardWriter(tmp_path, SCHEMA) as writer:
        writer.write(rows(70))
    assert read_whole(shards_of(tmp_path)).num_rows == 5
    assert [path.name for path in tmp_path.iterdir()] == ["part-00000.parquet"]


def test_no_rows_give_one_shard_with_the_schema(tmp_path: Path) -> None:
    with ShardWriter(tmp_path, SCHEMA, "train", numbered=True) as writer:
        (path,) = writer.commit()
    assert path.name == "train-00000-of-00001.parquet"
    assert pq.read_schema(path).equals(SCHEMA)


def test_a_row_without_a_required_value_is_refused(tmp_path: Path) -> None:
    bad = pa.table({"key": pa.array([None], pa.string()), "n": pa.array([1], pa.int32())})
    with pytest.raises(ValueError, match="non-nullable"), ShardWriter(tmp_path, SCHEMA) as writer:
        writer.write(bad)


def test_batches_are_read_in_order(tmp_path: Path) -> None:
    paths = write(tmp_path, rows(75), 75)
    read = list(read_batches(paths, ["n"], rows=8))
    assert max(table.num_rows for table in read) == 8
    assert pa.concat_tables(read).column("n").to_pylist() == list(range(75))


def test_one_table_as_one_file(tmp_path: Path) -> None:
    path = write_table(tmp_path / "deep" / "table.parquet", rows(3))
    assert pq.read_table(path).equals(rows(3))
    assert list(path.parent.iterdir()) == [path]


def test_a_text_replaces_the_old_one_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    assert write_text(path, ["größer\n", "old"]) == 12

    def breaking() -> Iterator[str]:
        yield "new"
        raise ValueError

    with pytest.raises(ValueError):
        write_text(path, breaking())
    assert path.read_bytes() == "größer\nold".encode()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("damage", [lambda whole: whole[:-20], lambda whole: whole[:4] + bytes(60) + whole[64:]])
def test_a_damaged_shard_is_a_clear_error(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    (path,) = write(tmp_path, rows(5), 5)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(InputError, match=r"part-00000\.parquet is damaged"):
        list(read_batches([path]))
    with pytest.raises(InputError, match=r"part-00000\.parquet is damaged"):
        read_file(path)


def test_a_file_that_is_not_there_is_not_called_damaged(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_file(tmp_path / "nowhere.parquet")


def test_groups_of_long_rows_are_small_and_have_a_page_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "MAX_GROUP_BYTES", 4_000)
    long = pa.table({"key": ["x" * 1_000] * 10 + ["y" * 9_000] + ["z"] * 9, "n": list(range(20))}, schema=SCHEMA)
    with ShardWriter(tmp_path, SCHEMA) as writer:
        writer.write(long)
        (path,) = writer.commit()
    found = pq.ParquetFile(path).metadata
    groups = [found.row_group(number) for number in range(found.num_row_groups)]
    # Ten rows of 1,000 bytes are halved twice; the one of 9,000 ends by itself.
    assert [group.num_rows for group in groups] == [2, 3, 2, 3, 1, 1, 3, 5]
    assert all(group.column(column).has_offset_index for group in groups for column in range(2))
    assert read_file(path).equals(long)
