"""The hub adapter on a folder, without a network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthcode.errors import InputError
from synthcode.seeds.adapters.hub import inputs, read
from synthcode.seeds.config import SeedsConfig
from synthcode.seeds.raw import RawSeed

ROWS = [
    {"task": "Adds one.", "func": "def f(x):\n    return x + 1\n", "tokens": ["a"]},
    {"task": "Is two.", "func": "def g():\n    return 2\n", "tokens": ["b"]},
]
COLUMNS = {"text": "task", "code": "func"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine" / "data").mkdir(parents=True)
    table = pa.Table.from_pylist(ROWS)
    pq.write_table(table, tmp_path / "mine" / "data" / "train-00000-of-00001.parquet")
    pq.write_table(table.slice(1), tmp_path / "mine" / "data" / "test-00000-of-00001.parquet")
    return tmp_path / "mine"


def config(path: Path | str, **settings: Any) -> SeedsConfig:
    return SeedsConfig("hub", str(path), **{"columns": COLUMNS, "language": "python"} | settings)


def test_every_split_is_read(folder: Path) -> None:
    seeds = list(read(config(folder)))
    assert [(seed.split, seed.source_id) for seed in seeds] == [
        ("test", "test:1"),
        ("train", "train:1"),
        ("train", "train:2"),
    ]
    assert seeds[1] == RawSeed("mine", "train:1", "python", "Adds one.", ROWS[0]["func"], split="train")  # type: ignore[arg-type]


def test_one_split_can_be_asked_for(folder: Path) -> None:
    assert [seed.source_id for seed in read(config(folder, split="test", source="other"))] == ["test:1"]
    with pytest.raises(InputError) as error:
        list(read(config(folder, split="valid")))
    assert str(error.value) == f"dataset {str(folder)!r} has no split 'valid'\nuse one of: test, train"


def test_json_lines_are_read(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    assert [seed.text for seed in read(config(tmp_path))] == ["Adds one.", "Is two."]


def test_a_row_that_is_too_large_is_rejected_and_the_next_one_read(tmp_path: Path) -> None:
    large = {**ROWS[0], "func": "x = 1\n" * 1_500_000}
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in (large, ROWS[1])))
    first, second = read(config(tmp_path))
    assert first.problem is not None
    assert (first.source_id, first.problem.reason) == ("train:1", "too_large")
    assert (second.source_id, second.text, second.problem) == ("train:2", "Is two.", None)


def test_a_column_that_lacks_is_an_error(folder: Path) -> None:
    with pytest.raises(InputError, match=r"mine \(test\) has no column 'text'; it has: task, func, tokens, split"):
        list(read(config(folder, columns={})))


def test_a_configuration_that_is_not_there_is_an_error(folder: Path) -> None:
    with pytest.raises(InputError) as error:
        list(read(config(folder, name="nope")))
    assert error.value.problem.startswith(f"dataset {str(folder)!r} cannot be read: BuilderConfig 'nope' not found")
    assert "\n" not in error.value.problem


def test_the_inputs_of_a_folder_are_its_files(folder: Path) -> None:
    assert list(inputs(config(folder))) == ["data/test-00000-of-00001.parquet", "data/train-00000-of-00001.parquet"]


def test_a_commit_needs_no_network() -> None:
    assert inputs(config("me/mine", revision="a" * 40)) == {"me/mine": "a" * 40}
