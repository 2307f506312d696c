"""``--executor ray`` on real raylets: the same dataset, whatever the number of nodes."""

from __future__ import annotations

import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli
from synthcode.storage.shards import read_file
from tests.integration.check_and_verify.test_verify_run import translated
from tests.support.machines.ray_nodes import ray_nodes
from tests.support.machines.slurm_cluster import wait_for
from tests.support.runs.sharded_recipe import tables

pytestmark = [
    pytest.mark.ray,
    pytest.mark.skipif(find_spec("ray") is None, reason="needs the extra ray"),
]


def synthcode(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "synthcode", *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=500)


@pytest.fixture(scope="module")
def one_machine(quickstart: Path) -> dict[str, bytes]:
    return tables(quickstart)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_any_number_of_nodes_makes_the_dataset_of_one_machine(
    count: int, tmp_path: Path, one_machine: dict[str, bytes]
) -> None:
    with ray_nodes(count) as nodes:
        done = synthcode("run", "quickstart", "--out", tmp_path / "run", "--executor", f"ray:{nodes.address}")
    assert done.returncode == 0, done.stderr
    assert tables(tmp_path / "run") == one_machine


def test_verdicts_of_tests_are_those_of_one_machine(tmp_path: Path) -> None:
    alone, spread = translated(tmp_path / "alone"), translated(tmp_path / "spread")
    assert run_cli(["verify", str(alone)]) == 0
    with ray_nodes(2) as nodes:
        done = synthcode("verify", spread, "--executor", f"ray:{nodes.address}")
    assert done.returncode == 0, done.stderr
    one, other = (read_file(run / "verification.parquet").drop_columns(["seconds"]) for run in (alone, spread))
    assert other.equals(one)
    assert "tested" in one["level"].to_pylist()


def test_a_stopped_run_goes_on_without_a_cluster(tmp_path: Path, one_machine: dict[str, bytes]) -> None:
    out = tmp_path / "run"
    with ray_nodes(1) as nodes:
        command = [sys.executable, "-m", "synthcode", "run", "quickstart", "--out", str(out)]
        running = subprocess.Popen([*command, "--executor", f"ray:{nodes.address}"], stderr=subprocess.PIPE, text=True)
        wait_for((out / "seeds").is_dir, 500, lambda: f"{out} has no seeds")
        running.send_signal(signal.SIGTERM)
        said = running.communicate(timeout=500)[1]
    assert running.returncode in (0, 143), said  # 0: it was quicker than the signal
    assert synthcode("run", "quickstart", "--out", out, "--executor", "processes").returncode == 0
    assert tables(out) == one_machine


def test_a_cluster_that_does_not_answer_is_two_lines(tmp_path: Path) -> None:
    done = synthcode("run", "quickstart", "--out", tmp_path / "run", "--executor", "ray:127.0.0.1:1")
    assert done.returncode == 1
    problem, fix = done.stderr.strip().splitlines()[-2:]
    assert problem.startswith("error: no Ray cluster at 127.0.0.1:1: ")
    assert "ray start --head" in fix
