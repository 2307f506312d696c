from __future__ import annotations

import random

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthcode.storage.large_tables.joins import align_on_seed, join_seed_columns, merge_on_seed

SEEDS = pa.schema([("seed_id", pa.string()), ("language", pa.string())])
ROWS = pa.schema([("seed_id", pa.string()), ("n", pa.int64())])


def cut(table: pa.Table, sizes: random.Random) -> list[pa.Table]:
    pieces, start = [], 0
    while start < table.num_rows:
        size = sizes.randint(0, 4)
        pieces.append(table.slice(start, size))
        start += size
    return pieces


@given(st.lists(st.integers(0, 99), unique=True), st.lists(st.integers(0, 99)), st.randoms(use_true_random=False))
def test_every_row_comes_once_with_its_seed(seeds: list[int], rows: list[int], sizes: random.Random) -> None:
    names = [f"{seed:02d}" for seed in sorted(seeds)]
    seed_table = pa.table({"seed_id": names, "language": [f"L{name}" for name in names]}, schema=SEEDS)
    row_ids = [f"{row:02d}" for row in sorted(rows)]
    row_table = pa.table({"seed_id": row_ids, "n": list(range(len(rows)))}, schema=ROWS)
    joined = [
        row
        for chunk, mine in align_on_seed(cut(seed_table, sizes), (ROWS, cut(row_table, sizes)))
        for row in join_seed_columns(mine, chunk, {"from": "language"}).to_pylist()
    ]
    expected = [{"seed_id": seed, "n": n, "from": f"L{seed}"} for n, seed in enumerate(row_ids) if seed in set(names)]
    assert joined == expected


def test_a_stream_without_rows_keeps_its_columns() -> None:
    seeds = pa.table({"seed_id": ["a"], "language": ["python"]}, schema=SEEDS)
    ((_, nothing),) = align_on_seed([seeds], (ROWS, []))
    assert nothing.schema.equals(ROWS)
    assert nothing.num_rows == 0


def test_an_unknown_column_is_an_error() -> None:
    seeds = pa.table({"seed_id": ["a"], "language": ["python"]}, schema=SEEDS)
    rows = pa.table({"seed_id": ["a"], "n": [1]}, schema=ROWS)
    with pytest.raises(KeyError):
        join_seed_columns(rows, seeds, {"x": "missing"})


@given(st.lists(st.lists(st.integers(0, 20)), max_size=4), st.randoms(use_true_random=False))
def test_merged_streams_ascend_and_lose_nothing(streams: list[list[int]], sizes: random.Random) -> None:
    tables = [
        pa.table({"seed_id": [f"{seed:02d}" for seed in sorted(stream)], "n": [place] * len(stream)}, schema=ROWS)
        for place, stream in enumerate(streams)
    ]
    merged = [row for part in merge_on_seed(ROWS, *(cut(table, sizes) for table in tables)) for row in part.to_pylist()]
    seeds = [row["seed_id"] for row in merged]
    assert seeds == sorted(seeds)
    expected = [row for table in tables for row in table.to_pylist()]
    key = repr
    assert sorted(merged, key=key) == sorted(expected, key=key)


def test_pieces_are_small_however_large_the_tables_are() -> None:
    names = [f"{seed:05d}" for seed in range(5_000)]
    seeds = pa.table({"seed_id": names, "language": names}, schema=SEEDS)
    rows = pa.table({"seed_id": sorted(names * 3), "n": list(range(15_000))}, schema=ROWS)
    pieces = list(align_on_seed([seeds], (ROWS, [rows])))
    assert [chunk.num_rows for chunk, _ in pieces] == [2_048, 2_048, 904]
    assert [mine.num_rows for _, mine in pieces] == [6_144, 6_144, 2_712]
    assert pa.concat_tables([mine for _, mine in pieces]) == rows
