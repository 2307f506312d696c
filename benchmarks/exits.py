"""All exits in one forward pass, compared with one pass per exit and with only the deepest exit.

    python benchmarks/exits.py [--rounds 21]

Twelve blocks, exits 1, 3, 6, 9 and 12: 12 blocks against 31, a ratio of 0.387. Processor time of one thread, which is
what the clock shows on a machine that does nothing else. Ratios are taken within a round, which times all three one
after another; printed are their quartiles over the rounds. Fails where a median is above 0.43 or 1.05. Then each exit's
cost by formula and by the clock.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import torch

from synthcode.evaluation.mose.configuration import MoseConfig
from synthcode.evaluation.mose.cost import exit_costs
from synthcode.evaluation.mose.model import MoseModel

CONFIG = MoseConfig(
    exits=(1, 3, 6, 9, 12),
    num_hidden_layers=12,
    hidden_size=256,
    intermediate_size=3072,
    num_attention_heads=8,
    num_key_value_heads=2,
    vocab_size=1000,
)
TEXTS, TOKENS = 8, 128
MOST = {"one pass an exit": 0.43, "only the deepest": 1.05}


def seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=21)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = MoseModel(CONFIG).eval()
    ids = torch.randint(CONFIG.vocab_size, (TEXTS, TOKENS))
    ways: dict[str, Callable[[], object]] = {
        "all exits": lambda: model(ids),
        "one pass an exit": lambda: [model(ids, exits=(exit_,)) for exit_ in CONFIG.exits],
        "only the deepest": lambda: model(ids, exits=CONFIG.exits[-1:]),
    }
    with torch.inference_mode():
        for work in ways.values():
            work()
        rounds = []
        for number in range(arguments.rounds):
            # Who comes after whom changes from round to round: caches are warm for each in turn.
            first = number % len(ways)
            order = [*ways][first:] + [*ways][:first]
            rounds.append({name: seconds(ways[name]) for name in order})
    failed = 0
    for name, most in MOST.items():
        low, median, high = statistics.quantiles((row["all exits"] / row[name] for row in rounds), n=4)
        failed += median > most
        print(f"all exits / {name:18} {median:.3f} ({low:.3f} to {high:.3f}), at most {most}")
    print(f"\n{'exit':>4}{'parameters':>12}{'MFLOP/token':>13}{'latency, ms':>13}{'texts/s':>9}{'at batch':>10}")
    for cost in exit_costs(model, TOKENS, batches=(1, 2, 4, 8, 16), repeats=3):
        print(
            f"{cost.exit:4}{cost.parameters:12,}{cost.flops_per_token / 1e6:13.1f}"
            f"{cost.speed.latency_s * 1e3:13.1f}{cost.speed.texts_per_s:9.1f}{cost.speed.batch_texts:10}"
        )
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
