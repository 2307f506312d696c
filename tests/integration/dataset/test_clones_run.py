"""'build --clones' on the quickstart's run."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from synthcode.pipelines.main import run_cli
from synthcode.storage.published import find_dataset
from synthcode.vocabulary import SPLITS


@pytest.fixture
def run(quickstart: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(quickstart, tmp_path / "run"))


def tables(folder: Path, config: str) -> dict[str, pa.Table]:
    dataset = find_dataset(folder)
    shards = {split: dataset.shards(config, split) for split in SPLITS}
    return {split: pa.concat_tables(pa.parquet.read_table(file) for file in files) for split, files in shards.items()}


def data_bytes(folder: Path) -> dict[str, bytes]:
    data = folder / "dataset" / "data"
    return {file.relative_to(data).as_posix(): file.read_bytes() for file in sorted(data.rglob("*.parquet"))}


def test_pairs_are_leak_free_balanced_and_removed_again(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = data_bytes(run)
    assert run_cli(["build", str(run), "--clones"]) == 0
    after = data_bytes(run)
    assert before.items() < after.items()
    clones, programs = tables(run, "clones"), tables(run, "programs")
    assert clones["train"].num_rows > 20
    groups: dict[str, str] = {}
    for split, table in clones.items():
        known = set(programs[split]["program_id"].to_pylist())
        counts: Counter[tuple[str, ...]] = Counter()
        for pair in table.to_pylist():
            assert {pair["program_a"], pair["program_b"]} <= known
            for side in ("cluster_id_a", "cluster_id_b"):
                assert groups.setdefault(pair[side], split) == split
            counts[(*sorted((pair["language_a"], pair["language_b"])), str(pair["label"]))] += 1
        assert all(counts[(*key[:2], "0")] == counts[(*key[:2], "1")] for key in counts)
    card = (run / "dataset" / "README.md").read_text()
    assert "config_name: clones" in card
    assert run_cli(["build", str(run), "--clones"]) == 0
    assert data_bytes(run) == after
    assert run_cli(["build", str(run), "--no-clones"]) == 0
    assert data_bytes(run) == before
    capsys.readouterr()
