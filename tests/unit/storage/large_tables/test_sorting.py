from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pytest

from synthcode.identity import digest
from synthcode.storage.large_tables.sorting import sort_by_hash

SCHEMA = pa.schema([("seed_id", pa.string()), ("n", pa.int64())])


@pytest.mark.parametrize("memory_bytes", [0, 1 << 30])
def test_rows_come_out_sorted_whether_they_spilled_or_not(tmp_path: Path, memory_bytes: int) -> None:
    rows = [(digest(i % 700), i) for i in range(1000)]
    random.Random(1).shuffle(rows)
    tables = [
        pa.table({"seed_id": [key for key, _ in part], "n": [n for _, n in part]}, schema=SCHEMA)
        for part in (rows[start : start + 90] for start in range(0, 1000, 90))
    ]
    spill = tmp_path / "spill"
    out = list(sort_by_hash(tables, ["seed_id", "n"], SCHEMA, spill, memory_bytes))
    got = [(row["seed_id"], row["n"]) for table in out for row in table.to_pylist()]
    assert got == sorted(rows)
    assert not spill.exists()
    firsts = [table.column("seed_id")[0].as_py() for table in out]
    lasts = [table.column("seed_id")[-1].as_py() for table in out]
    assert all(last < first for last, first in zip(lasts, firsts[1:], strict=False))
