"""Exits trained together against models of each depth trained by themselves: same pairs, steps and random seeds."""

from __future__ import annotations

import argparse

import pyarrow as pa

from distillation.models import settings_of, trained
from distillation.scores import CELLS, differences, estimates, of_cell, over_seeds, scored, shown, shown_difference
from synthcode.evaluation.results.comparison import Difference
from synthcode.markdown import markdown_table


def ways(chosen: argparse.Namespace) -> dict[str, dict[str, object]]:
    """Return how exits are trained together: name -> settings of the loss."""
    return {
        "weighted sum": {},
        "with KL": {"distillation": chosen.distillation},
        "AdaptiveLayerLoss": {"objective": "adaptive_layer"},
    }


def ranks_of(chosen: argparse.Namespace, random_seed: int, name: str, exits, **loss: object) -> pa.Table:
    """Train a model and score its exits."""
    folder = chosen.out / f"{name.replace(' ', '-')}-seed-{random_seed}"
    settings = settings_of(chosen, random_seed, exits=exits, **loss)
    model = trained(chosen.dataset, settings, folder / "model")
    listed = ",".join(map(str, exits))
    return scored(chosen.dataset, f"exits:{model}@{listed}", folder / "scores", chosen.max_tokens)


def main(chosen: argparse.Namespace) -> int:
    seeds, exits = chosen.random_seeds, chosen.exits
    together = {
        name: over_seeds([ranks_of(chosen, seed, name, exits, **loss) for seed in seeds])
        for name, loss in ways(chosen).items()
    }
    alone = over_seeds(
        [pa.concat_tables([ranks_of(chosen, seed, f"exit {exit_}", (exit_,)) for exit_ in exits]) for seed in seeds]
    )
    print(
        f"MRR@10, the mean over {len(seeds)} random seeds and over languages or pairs of them; in the other columns"
        f" what exits trained together gain on a model of that depth trained by itself. 95 % intervals by resampled"
        f" problems, p by flipped signs of problems and Holm over the exits. {chosen.steps} steps of"
        f" {chosen.batch_size} pairs each."
    )
    for task, variant in CELLS:
        single = of_cell(alone, task, variant)
        means = {exit_: shown(estimate) for exit_, estimate in estimates(single).items()}
        gains = {name: differences(of_cell(ranks, task, variant), single) for name, ranks in together.items()}
        print_differences(f"{task}, {variant}", gains, {"by itself": means})
    base = together.pop("weighted sum")
    print("\nWhat the other ways gain on the weighted sum.")
    for task, variant in CELLS:
        reference = of_cell(base, task, variant)
        gains = {name: differences(of_cell(ranks, task, variant), reference) for name, ranks in together.items()}
        print_differences(f"{task}, {variant}", gains, {})
    return 0


def print_differences(title: str, gains: dict[str, dict[int, Difference]], means: dict[str, dict[int, str]]) -> None:
    """Print a table with a row for each exit."""
    columns = dict(means)
    for name, by_exit in gains.items():
        columns[name] = {exit_: shown_difference(gain) for exit_, gain in by_exit.items()}
    exits = next(iter(columns.values()))
    rows = [[str(exit_), *(column[exit_] for column in columns.values())] for exit_ in exits]
    print(f"\n{title}\n\n{markdown_table(['exit', *columns], rows)}")
