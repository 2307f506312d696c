"""Every exit before and after training on pairs, on the problems of the test split, next to BM25."""

from __future__ import annotations

import argparse
import time

from distillation.models import settings_of, trained
from distillation.scores import CELLS, differences, estimates, of_cell, scored, shown, shown_difference
from synthcode.markdown import markdown_table


def main(chosen: argparse.Namespace) -> int:
    settings = settings_of(chosen, chosen.random_seeds[0], exits=chosen.exits)
    started = time.monotonic()
    model = trained(chosen.dataset, settings, chosen.out / "model")
    seconds = time.monotonic() - started
    listed = ",".join(map(str, chosen.exits))
    before = scored(
        chosen.dataset, f"exits:{chosen.base.removeprefix('st:')}@{listed}", chosen.out / "before", chosen.max_tokens
    )
    after = scored(chosen.dataset, f"exits:{model}@{listed}", chosen.out / "after", chosen.max_tokens)
    lexical = scored(chosen.dataset, "bm25", chosen.out / "bm25")
    if seconds > 1:
        print(f"Training took {seconds / 60:.1f} minutes. ", end="")
    print("MRR@10, the mean over languages or pairs of them; 95 % intervals by resampled problems.")
    for task, variant in CELLS:
        tables = [of_cell(ranks, task, variant) for ranks in (before, after, lexical)]
        old, new, [words] = estimates(tables[0]), estimates(tables[1]), estimates(tables[2]).values()
        gains = differences(tables[1], tables[0])
        rows = [[str(exit_), shown(old[exit_]), shown(new[exit_]), shown_difference(gains[exit_])] for exit_ in old]
        print(f"\n{task}, {variant}\n")
        print(markdown_table(["exit", "before", "after", "after minus before"], rows))
        print(f"\nBM25: {shown(words)}")
    return 0
