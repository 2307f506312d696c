"""A real instruct model, served by vLLM on the processor: its completions through the gate and the tests."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from synthcode.pipelines.main import run_cli
from tests.support.models.instruct_model import build_instruct_model, why_no_model

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.skipif(why_no_model() is not None, reason=f"needs vLLM and a model: {why_no_model()}"),
]

SEEDS = Path(__file__).resolve().parents[3] / "pipelines/recipes/quickstart/seeds.jsonl"
COUNT = 8


@pytest.fixture(scope="module")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    from synthcode.llm.backends.vllm.serving import serving

    os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
    model = build_instruct_model(tmp_path_factory.mktemp("model") / "smollm2")
    options = ("--dtype", "bfloat16", "--max-model-len", "2048", "--enforce-eager")
    with serving(str(model), options, start_s=600) as address:
        yield address, str(model)


def test_completions_that_nobody_wrote_reach_a_verdict(
    base_url: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address, model = base_url
    recipe: dict[str, Any] = {
        "seeds": {"adapter": "table", "path": str(SEEDS), "limit": COUNT},
        "translate": {
            "targets": ["javascript"],
            "model": model,
            "prompt": "simple",
            "sampling": {"temperature": 0.2, "seed": 0, "max_tokens": 200},
        },
        "backend": {"name": "openai", "base_urls": [address], "max_failed": 1},
        "execution": {"concurrency": 8, "timeout_s": 900},
        "verify": True,
    }
    settings, run = tmp_path / "recipe.yaml", tmp_path / "run"
    settings.write_text(json.dumps(recipe))
    code = run_cli(["run", str(settings), "--out", str(run)])
    capsys.readouterr()
    assert run_cli(["status", str(run), "--json"]) == 0
    counts = json.loads(capsys.readouterr().out)
    assert counts["requested"] == counts["completed"] == COUNT
    assert counts["accepted"] + sum(counts["rejected"].values()) >= COUNT
    assert code == (0 if counts["kept"] else 1)
