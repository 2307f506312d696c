"""``synthcode evaluate --from`` a published benchmark of clones or classification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthcode.vocabulary import CLASSIFICATION_TASKS

if TYPE_CHECKING:
    from synthcode.pipelines.steps.evaluate.frozen_scores import FrozenEvaluation

_TABLE = "table"
"""A benchmark of retrieval, too, unless a task says otherwise."""
_OF_RETRIEVAL = ("require", "limit", "dataset_id", "baseline", "variants")
"""Options that mean nothing here."""


def is_published(dataset: Path | None, given: Mapping[str, Any]) -> bool:
    """Return whether a published benchmark of clones or classification is to be scored.

    Raises
    ------
    click.UsageError
        If options contradict each other.
    """
    from synthcode.evaluation.classification.published.registry import PUBLISHED_BENCHMARKS

    context = click.get_current_context()
    tasks = [task for task in dict.fromkeys(given["tasks"]) if task in CLASSIFICATION_TASKS]
    name = given["original"]
    if not tasks and (name == _TABLE or name not in PUBLISHED_BENCHMARKS):
        if given["columns"]:
            raise click.UsageError(f"--column is for --task {' or '.join(CLASSIFICATION_TASKS)}", context)
        return False
    if dataset is not None or name not in PUBLISHED_BENCHMARKS:
        known = "|".join(PUBLISHED_BENCHMARKS)
        raise click.UsageError(f"--task {' or '.join(tasks) or '...'} scores --from {known} --path P", context)
    if len(given["tasks"]) > max(1, len(tasks)) or len(tasks) > 1:
        raise click.UsageError("give one --task for a published benchmark", context)
    if given["tasks"] and not tasks:
        raise click.UsageError(f"{name} has no task {given['tasks'][0]}: it is not a benchmark of retrieval", context)
    if given["path"] is None:
        raise click.UsageError("missing option '--path': where that benchmark is", context)
    if useless := [option for option in _OF_RETRIEVAL if given[option]]:
        option = useless[0].replace("_", "-").removesuffix("s")
        raise click.UsageError(f"--{option} is for retrieval: {name} is scored as it was published", context)
    return True


def score_published(
    encoder: str, label: str | None, out: Path | None, given: Mapping[str, Any], *, force: bool
) -> None:
    """Score an encoder on a published benchmark, and print the scores."""
    from synthcode.pipelines.runs.interrupt import watch_for_stop
    from synthcode.pipelines.steps.evaluate.frozen_scores import score_frozen_if_stale

    frozen = _frozen(encoder, label, out, given)
    for warning in frozen.benchmark.warnings:
        click.echo(f"warning: {frozen.benchmark.name}: {warning}", err=True)
    with watch_for_stop(frozen.evaluation.reporter.message) as stop:
        frozen = replace(frozen, evaluation=replace(frozen.evaluation, stop=stop))
        rows = score_frozen_if_stale(frozen, force=force, may_replace=force or out is not None)
        stop.raise_if_set()
    print_scores(rows)
    click.echo("the encoder was not trained on this benchmark: do not compare with fine-tuned scores", err=True)
    click.echo(f"all of it is in {frozen.evaluation.folder}", err=True)


def _frozen(encoder: str, label: str | None, out: Path | None, given: Mapping[str, Any]) -> FrozenEvaluation:
    from synthcode.evaluation.classification.published.registry import read_published, task_of
    from synthcode.evaluation.encoders.registry import open_encoder
    from synthcode.pipelines.commands.encoder_arguments import encoder_options, languages_of, source_of
    from synthcode.pipelines.commands.options import assignments
    from synthcode.pipelines.commands.terminal import TerminalReporter
    from synthcode.pipelines.steps.evaluate.evaluation_input import Evaluation
    from synthcode.pipelines.steps.evaluate.frozen_scores import FrozenEvaluation, without_cells
    from synthcode.pipelines.steps.evaluate.results_folder import encoder_settings, named_after, usual_folder
    from synthcode.sanitize import short_name

    name = given["original"]
    task = task_of(name, next(iter(given["tasks"]), None))
    columns = assignments(given["columns"], "--column")
    languages = languages_of(given["languages"])
    if len(languages) > 1:
        raise click.UsageError("give one language: that of all programs", click.get_current_context())
    opened = open_encoder(encoder, encoder_options(given))
    benchmark = read_published(name, given["path"], task, columns, "".join(languages))
    settings = {
        **({"task": task} if name == _TABLE else {}),
        **({"languages": languages[0]} if languages else {}),
        **({"column": ",".join(f"{ours}={theirs}" for ours, theirs in sorted(columns.items()))} if columns else {}),
        **encoder_settings({**given, "encoder": encoder}),
    }
    usual = usual_folder(None, name, encoder)
    evaluation = Evaluation(
        benchmark=without_cells(benchmark, name),
        encoder=opened,
        label=label or short_name(opened.name),
        folder=out or named_after(usual, settings),
        settings=settings | source_of(None, given["path"]),
        variants=(),
        store=given["store"] or (out or usual) / "embeddings",
        baseline=None,
        costs=given["costs"],
        dataset_id=None,
        resamples=given["resamples"],
        device=given["device"],
        fresh=given["fresh"],
        reporter=TerminalReporter(),
    )
    return FrozenEvaluation(benchmark, task, evaluation)


def print_scores(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print a line for each measure on stdout, with a column for each exit."""
    from rich.console import Console
    from rich.table import Table

    exits = sorted({row["exit"] for row in rows})
    cells = {(row["exit"], row["metric"]): f"{row['value']:.3f} ({row['lo']:.3f} to {row['hi']:.3f})" for row in rows}
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(f"{rows[0]['task']}, frozen vectors")
    for exit_ in exits:
        table.add_column(f"exit {exit_}" if exit_ else "score (95 %)", justify="right")
    for metric in dict.fromkeys(row["metric"] for row in rows):
        table.add_row(metric, *(cells.get((exit_, metric), "") for exit_ in exits))
    console = Console()
    console.width = max(console.width, 30 + 26 * len(exits))  # a number that is cut is worse than a long line
    console.print(table)
