"""``evaluate --executor ray``: texts are encoded on the nodes, with the scores of one machine."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.support.machines.ray_nodes import ray_nodes
from tests.support.models.minilm import minilm_folder

pytestmark = [
    pytest.mark.ray,
    pytest.mark.skipif(find_spec("ray") is None, reason="needs the extra ray"),
]


def evaluated(dataset: Path, out: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "synthcode", "evaluate", str(dataset), "--out", str(out), "--no-costs"]
    options = ["--encoder", f"st:{minilm_folder()}", "--task", "text2code", "--resamples", "100", *arguments]
    done = subprocess.run([*command, *options], check=False, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_two_nodes_give_the_ranks_of_one_machine(quickstart: Path, tmp_path: Path) -> None:
    alone, spread = tmp_path / "alone", tmp_path / "spread"
    evaluated(quickstart / "dataset", alone)
    with ray_nodes(2) as nodes:
        said = evaluated(quickstart / "dataset", spread, "--executor", f"ray:{nodes.address}")
    assert "encoding with 2 copies of st:" in said
    assert pq.read_table(spread / "ranks.parquet").equals(pq.read_table(alone / "ranks.parquet"))
    assert "copies" not in evaluated(quickstart / "dataset", spread, "--executor", "processes", "--force")
