"""Files of an exported task that are not what was exported."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthcode.errors import InputError
from synthcode.evaluation.interop.mteb_cards import read_tables

ABORTS = Path(__file__).parents[3] / "fuzz/corpus/recording_parquet/level_histogram_of_another_size"


def test_files_of_a_pattern_are_one_table(tmp_path: Path) -> None:
    for number in range(2):
        pq.write_table(pa.table({"_id": [number]}), tmp_path / f"corpus-{number}.parquet")
    assert read_tables(tmp_path, "corpus-*.parquet").to_pydict() == {"_id": [0, 1]}


def test_files_that_are_missing_damaged_or_differ_are_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"_id": [1]}), tmp_path / "corpus-0.parquet")
    pq.write_table(pa.table({"other": ["a"]}), tmp_path / "corpus-1.parquet")
    shutil.copy(ABORTS, tmp_path / "queries-0.parquet")
    for pattern, what in (("qrels*", "no file"), ("queries*", "is damaged"), ("corpus*", "differ in their columns")):
        with pytest.raises(InputError, match=what) as refusal:
            read_tables(tmp_path, pattern)
        assert refusal.value.fix == "run 'synthcode export --format mteb' again"
