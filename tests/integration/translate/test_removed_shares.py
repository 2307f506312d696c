"""'dedup' keeps both ends of a chain, and warns of, or refuses, the loss of most of a source or a language."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from synthcode.pipelines.main import run_cli

WORDS = [hashlib.md5(bytes([place])).hexdigest() for place in range(99)]


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


def program(first: int) -> str:
    """Return a program whose neighbours (``first`` 3 apart) are near-duplicates; those 6 apart are not."""
    lines = "\n".join(f"    total += len('{word}')" for word in WORDS[first : first + 34])
    return f"def total_length():\n    total = 0\n{lines}\n    return total\n"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Seeds of two sources: a chain of five, and twelve copies of one program with another constant."""
    codes = [("chains", program(first)) for first in (0, 3, 6, 9, 12)]
    codes += [("copies", program(50).replace("total = 0", f"total = {place}")) for place in range(12)]
    rows = [{"text": f"Add up lengths {n}.", "code": code, "source": source} for n, (source, code) in enumerate(codes)]
    tasks = tmp_path / "tasks.jsonl"
    tasks.write_text("".join(json.dumps(row) + "\n" for row in rows))
    folder = tmp_path / "run"
    seeds = ("seeds", folder, "--from", "table", "--path", tasks, "--language", "python", "--column", "source=source")
    assert synthcode(*seeds) == 0
    return folder


def removed(run: Path) -> dict[str, int]:
    clusters = pq.read_table(run / "seed_clusters.parquet").to_pylist()
    sources = {row["seed_id"]: row["source"] for row in pq.read_table(run / "seeds").to_pylist()}
    lost = [sources[row["seed_id"]] for row in clusters if row["status"] != "kept"]
    return {name: lost.count(name) for name in ("chains", "copies")}


def test_a_chain_loses_only_what_is_similar_to_what_stays(run: Path) -> None:
    assert synthcode("dedup", run) == 0
    clusters = pq.read_table(run / "seed_clusters.parquet").to_pylist()
    assert all(row["jaccard"] >= 0.7 for row in clusters)
    assert removed(run)["chains"] in (2, 3)  # which program is preferred decides
    assert synthcode("dedup", run, "--transitive", "drop") == 0
    assert removed(run)["chains"] == 4


def test_a_source_that_loses_most_is_warned_of_and_refused_above_the_bound(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert synthcode("dedup", run) == 0
    warnings = [line for line in capsys.readouterr().err.splitlines() if "warning" in line]
    assert "source 'copies' lost 11 of 12 seeds as duplicates" in warnings[0]
    assert "language 'python' lost 1" in warnings[1]
    assert len(warnings) == 2
    assert synthcode("dedup", run, "--max-removed", "0.9") == 1
    problem, fix = capsys.readouterr().err.strip().splitlines()[-2:]
    assert "source 'copies' lost 11 of 12 seeds as duplicates, more than --max-removed 0.9 allows" in problem
    assert "--threshold" in fix
    assert synthcode("dedup", run, "--max-removed", "0.95") == 0
    assert "unchanged" in capsys.readouterr().err  # the bound changes no cluster
