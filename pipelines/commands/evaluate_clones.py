"""``synthcode evaluate DATASET --task clones``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from synthcode.vocabulary import SCORED_VARIANTS, Split

if TYPE_CHECKING:
    from synthcode.pipelines.steps.evaluate.dataset_clones import CloneEvaluation

TASK = "clones"
_ELSEWHERE = ("limit", "dataset_id", "baseline", "columns", "path", "languages")
"""Options that mean nothing here."""


def wants_clones(dataset: Path | None, given: Mapping[str, Any]) -> bool:
    """Return whether pairs of a dataset are to be scored.

    Raises
    ------
    click.UsageError
        If options contradict each other.
    """
    if dataset is None or TASK not in given["tasks"]:
        return False
    context = click.get_current_context()
    if set(given["tasks"]) != {TASK}:
        raise click.UsageError("score --task clones by itself: its results have a folder of their own", context)
    if useless := [option for option in _ELSEWHERE if given[option]]:
        option = useless[0].replace("_", "-")
        raise click.UsageError(f"--{option} means nothing for the pairs of clones of a dataset", context)
    return True


def score_dataset_clones(
    dataset: Path, encoder: str, label: str | None, out: Path | None, given: Mapping[str, Any], *, force: bool
) -> None:
    """Score an encoder on the pairs of a dataset, and print the scores of all pairs."""
    from synthcode.evaluation.classification.clone_scores import ALL
    from synthcode.pipelines.commands.evaluate_published import print_scores
    from synthcode.pipelines.runs.interrupt import watch_for_stop
    from synthcode.pipelines.steps.evaluate.dataset_clones import score_clones_if_stale

    chosen = _chosen(dataset, encoder, label, out, given)
    for warning in chosen.clones.warnings:
        click.echo(f"warning: {warning}", err=True)
    with watch_for_stop(chosen.evaluation.reporter.message) as stop:
        chosen = replace(chosen, evaluation=replace(chosen.evaluation, stop=stop))
        rows = score_clones_if_stale(chosen, force=force, may_replace=force or out is not None)
        stop.raise_if_set()
    for variant in chosen.evaluation.variants:
        mine = [row for row in rows if row["variant"] == variant and row["query_language"] == ALL]
        print_scores([{**row, "task": f"{TASK}, {variant}"} for row in mine])
    click.echo(f"all of it is in {chosen.evaluation.folder}", err=True)


def _chosen(
    dataset: Path, encoder: str, label: str | None, out: Path | None, given: Mapping[str, Any]
) -> CloneEvaluation:
    from synthcode.evaluation.classification.dataset_clones import read_clones
    from synthcode.evaluation.encoders.registry import open_encoder
    from synthcode.evaluation.interop.hub_datasets import dataset_folder
    from synthcode.evaluation.retrieval.benchmark import Benchmark
    from synthcode.pipelines.commands.encoder_arguments import encoder_options, source_of
    from synthcode.pipelines.commands.terminal import TerminalReporter
    from synthcode.pipelines.steps.evaluate.dataset_clones import CloneEvaluation
    from synthcode.pipelines.steps.evaluate.evaluation_input import Evaluation
    from synthcode.pipelines.steps.evaluate.results_folder import encoder_settings, named_after, usual_folder
    from synthcode.sanitize import short_name
    from synthcode.storage.published import CLONES_NAME, NEGATIVES_NAME, find_dataset
    from synthcode.storage.shards import shards_of

    opened = open_encoder(encoder, encoder_options(given))
    split = cast(Split, given["split"])
    splits = tuple(dict.fromkeys(("validation", split)))
    published = find_dataset(dataset_folder(dataset, split))
    variants = tuple(dict.fromkeys(given["variants"])) or SCORED_VARIANTS
    clones = read_clones(published, splits, variants, given["require"])
    settings = {
        "task": TASK,
        **({"require": given["require"]} if given["require"] else {}),
        **({"split": split} if split != "test" else {}),
        **({"variant": ",".join(sorted(variants))} if set(variants) != set(SCORED_VARIANTS) else {}),
        **encoder_settings({**given, "encoder": encoder}),
    }
    usual = usual_folder(dataset, None, encoder)
    failing = all(shards_of(published.folder / "data" / NEGATIVES_NAME, name) for name in splits)
    digest = published.digest(splits, ("programs", CLONES_NAME, *((NEGATIVES_NAME,) if failing else ())))
    evaluation = Evaluation(
        benchmark=Benchmark(str(dataset), digest, split, {}, {}),
        encoder=opened,
        label=label or short_name(opened.name),
        folder=out or named_after(usual, settings),
        settings=settings | source_of(dataset, None),
        variants=variants,
        store=given["store"] or (out or usual) / "embeddings",
        baseline=None,
        costs=given["costs"],
        dataset_id=None,
        resamples=given["resamples"],
        device=given["device"],
        fresh=given["fresh"],
        reporter=TerminalReporter(),
    )
    return CloneEvaluation(clones, split, evaluation)
