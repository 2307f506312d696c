"""A new MoSE encoder: pre-trained with and without in-context classification, then trained on pairs."""

from __future__ import annotations

import argparse
import csv
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from distillation.mining import mined_run, with_mined
from distillation.models import settings_of, trained
from distillation.scores import CELLS, differences, estimates, of_cell, scored, shown, shown_difference
from synthcode.evaluation.training.pretraining.opening import open_snippets
from synthcode.evaluation.training.settings import NewModel, PretrainSettings, PretrainTask
from synthcode.markdown import markdown_table

TASKS: dict[str, PretrainTask | None] = {
    "not pre-trained": None,
    "masked tokens": "none",
    "and next sentence": "next_sentence",
    "and in-context": "in_context",
}
SMALL = NewModel(layers=2, hidden=32, heads=2, key_value_heads=2, intermediate=64, vocabulary=400)


def main(chosen: argparse.Namespace) -> int:
    run = mined_run(chosen.out / "mined", chosen.packages)
    snippets = open_snippets(chosen.dataset, PretrainSettings(data=(str(run),)))
    dataset = with_mined(chosen.dataset, run, chosen.out / "dataset")
    ranks, curves = {}, {}
    for name, task in TASKS.items():
        folder = chosen.out / (task or "not-pretrained")
        model = trained(dataset, _settings(chosen, task), folder / "model", snippets)
        ranks[name] = scored(chosen.dataset, f"mose:{model}", folder / "scores")
        curves[name] = model / "pretraining.csv"
    repositories = len({snippet.repository for snippet in snippets})
    print(f"{len(snippets):,} mined functions of {repositories} packages, and the dataset's train split.\n")
    _print_curves(curves)
    lexical = scored(chosen.dataset, "bm25", chosen.out / "bm25")
    print("\nMRR@10 on the test split, with 95 % intervals by resampled problems; p by Holm over the exits.")
    for task, variant in CELLS:
        print(f"\n{task}, {variant}\n")
        print(_score_table({name: of_cell(table, task, variant) for name, table in ranks.items()}))
        [words] = estimates(of_cell(lexical, task, variant)).values()
        print(f"\nBM25: {shown(words)}")
    return 0


def _settings(chosen: argparse.Namespace, task: PretrainTask | None):
    settings = settings_of(chosen, chosen.random_seeds[0], exits=())
    pretrain = PretrainSettings(
        steps=chosen.pretrain_steps,
        batch_size=min(32, chosen.batch_size),
        max_tokens=chosen.max_tokens,
        task=task or "none",
    )
    new = SMALL if chosen.quick else NewModel()
    return replace(settings, base=None, new=new, pretrain=None if task is None else pretrain)


def _score_table(ranks: dict[str, pa.Table]) -> str:
    means = {name: estimates(table) for name, table in ranks.items()}
    gains = differences(ranks["and in-context"], ranks["masked tokens"])
    rows = [
        [str(exit_), *(shown(of_way[exit_]) for of_way in means.values()), shown_difference(gains[exit_])]
        for exit_ in gains
    ]
    return markdown_table(["exit", *means, "what in-context classification adds"], rows)


def _print_curves(curves: dict[str, Path]) -> None:
    """Print the losses of the shallowest and the deepest exit, as they fall."""
    for name, path in curves.items():
        if not path.is_file():
            continue
        rows = list(csv.DictReader(path.open()))
        exits = sorted({int(row["exit"]) for row in rows})
        steps = list(dict.fromkeys(row["step"] for row in rows))
        table = {(row["step"], int(row["exit"])): row for row in rows}
        ends = dict.fromkeys((exits[0], exits[-1]))
        heads = [f"{column}, exit {exit_}" for exit_ in ends for column in ("masked", "context", "correct")]
        cells = [
            [step, *(table[step, exit_][column] for exit_ in ends for column in ("masked", "context", "correct"))]
            for step in steps[:: max(1, len(steps) // 10)]
        ]
        print(f"\nPre-training: {name}\n\n{markdown_table(['step', *heads], cells)}")
