"""Real vLLM on the processor, an engine on each of two Ray nodes, one of which is killed with requests in it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import psutil
import pyarrow.parquet as pq
import pytest

from synthcode.pipelines.main import run_cli
from synthcode.storage.shards import shards_of
from tests.support.machines.ray_nodes import ray_nodes
from tests.support.machines.slurm_cluster import wait_for
from tests.support.models.tiny_model import WINDOW, build_tiny_model

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.skipif(find_spec("vllm") is None or find_spec("ray") is None, reason="needs vLLM and the extra ray"),
]

ENGINE = {"dtype": "bfloat16", "max_model_len": WINDOW, "enforce_eager": "true", "block_size": 32}
SEEDS, TARGETS = 15, ("java", "go", "rust", "c")


@pytest.fixture(autouse=True)
def small_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")


def seeds(path: Path) -> Path:
    rows = [
        {
            "id": str(number),
            "language": "python",
            "text": f"Add {number}.",
            "code": f"def f(n):\n    return n + {number}\n",
        }
        for number in range(SEEDS)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def engine_processes() -> set[int]:
    """Return the PIDs of the processes in which vLLM computes, on the whole machine: each is the child of an actor."""
    return {process.pid for process in psutil.process_iter() if "EngineCore" in _title(process)}


def _title(process: psutil.Process) -> str:
    try:
        return process.name() + " ".join(process.cmdline())
    except psutil.Error:
        return ""


def test_every_request_is_answered_once_though_an_engine_is_killed(tmp_path: Path) -> None:
    model, run = build_tiny_model(tmp_path / "tiny"), tmp_path / "run"
    assert run_cli(["seeds", str(run), "--from", "table", "--path", str(seeds(tmp_path / "seeds.jsonl"))]) == 0
    options = [part for key, value in ENGINE.items() for part in ("--engine", f"{key}={value}")]
    asked = ("--targets", ",".join(TARGETS), "--max-tokens", "100", "--temperature", "0", "--concurrency", "8")
    others = engine_processes()  # a server of other tests may be up all session long
    with ray_nodes(2) as nodes:
        command = [sys.executable, "-m", "synthcode", "translate", str(run), "--backend", "vllm", "--model", str(model)]
        executor = ("--executor", f"ray:{nodes.address}")
        with (tmp_path / "said").open("w+") as said:
            running = subprocess.Popen([*command, *options, *asked, *executor], stderr=said, stdout=said)

            def words() -> str:
                return (tmp_path / "said").read_text()

            wait_for(lambda: words().count("is up") == 2, 500, words)
            ours = engine_processes() - others
            assert len(ours) == 2, words()
            os.kill(min(ours), signal.SIGKILL)
            assert running.wait(timeout=500) == 0, words()
    assert words().count("is lost: it is started again") == 1, words()
    rows = [row for file in shards_of(run / "completions") for row in pq.read_table(file).to_pylist()]
    assert Counter(row["error"] for row in rows) == {None: SEEDS * len(TARGETS)}
    assert len({row["request_id"] for row in rows}) == SEEDS * len(TARGETS)
