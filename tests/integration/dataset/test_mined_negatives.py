"""``build --mined-negatives``: programs near to a text that do not answer it, never of its split group."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from synthcode import open_run
from synthcode.pipelines.main import run_cli
from tests.support.programs.broken_answers import broken_first, parquet_digests, translate_javascript
from tests.support.runs.seeded_run import seeded_run
from tests.support.services.chat_server import chat_server


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


@pytest.mark.slow
def test_they_are_of_other_groups_of_the_same_split(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = seeded_run(tmp_path, 10)
    with chat_server(broken_first(right_at_once="0123456789")) as server:
        assert translate_javascript(run, server) == 0
    assert synthcode("dedup", run, "--threshold", "1.0") == 0
    assert synthcode("build", run, "--mined-negatives", "2") == 0
    data = run / "dataset" / "data"
    mined = pq.read_table(data / "mined_negatives").to_pylist()
    assert mined
    numbers = Counter(
        file.name.partition("-")[0]
        for file in (data / "mined_negatives").iterdir()
        for _ in pq.read_table(file).to_pylist()
    )
    splits = ", ".join(f"{split} {numbers[split]}" for split in ("train", "validation", "test"))
    assert f"build: mined_negatives: {splits}" in capsys.readouterr().err
    assert {(row["language"], row["miner"]) for row in mined} == {("javascript", "bm25"), ("python", "bm25")}
    assert {row["rank"] for row in mined} == {1, 2}
    groups = {row["seed_id"]: row["cluster_id"] for row in pq.read_table(data / "triplets").to_pylist()}
    for file in (data / "mined_negatives").iterdir():
        split = file.name.partition("-")[0]
        (programs,) = (data / "programs").glob(f"{split}-*")
        seed_of = {row["program_id"]: row["seed_id"] for row in pq.read_table(programs).to_pylist()}
        (texts,) = (data / "texts").glob(f"{split}-*")
        asked = set(pq.read_table(texts)["seed_id"].to_pylist())
        for row in pq.read_table(file).to_pylist():
            assert row["seed_id"] in asked
            assert groups[row["seed_id"]] != groups[seed_of[row["program_id"]]]
    saved = open_run(run).table("mined_negatives")
    assert saved.num_rows == len(mined)
    assert saved.column_names.count("split") == 1
    card = (run / "dataset" / "README.md").read_text()
    assert "config_name: mined_negatives" in card
    before = parquet_digests(run)
    assert synthcode("build", run, "--force") == 0
    assert parquet_digests(run) == before
    assert synthcode("build", run, "--mined-negatives", "0") == 0
    assert not (data / "mined_negatives").exists()


def test_a_wrong_number_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert synthcode("build", tmp_path, "--mined-negatives", "-1") == 2
    assert "--mined-negatives" in capsys.readouterr().err
