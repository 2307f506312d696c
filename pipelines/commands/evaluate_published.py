"""``synthcode evaluate --from`` a published benchmark of clones or classification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthcode.vocabulary import CLASSIFICATION_TASKS

if TYPE_CHECKING:
    from synthcode.pipelines.commands.evaluation_request import Request
    from synthcode.pipelines.steps.evaluate.frozen_scores import FrozenEvaluation
    from synthcode.pipelines.steps.evaluate.frozen_task import Rows

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


def published_evaluation(request: Request) -> FrozenEvaluation:
    """Read a published benchmark, and say what is wrong with it."""
    from synthcode.evaluation.classification.published.registry import read_published, task_of
    from synthcode.pipelines.commands.encoder_arguments import languages_of
    from synthcode.pipelines.commands.options import assignments
    from synthcode.pipelines.steps.evaluate.frozen_scores import FrozenEvaluation, without_cells
    from synthcode.pipelines.steps.evaluate.frozen_task import PublishedTask
    from synthcode.pipelines.steps.evaluate.results_folder import encoder_settings

    given = request.given
    name = given["original"]
    task = task_of(name, next(iter(given["tasks"]), None))
    columns = assignments(given["columns"], "--column")
    languages = languages_of(given["languages"])
    if len(languages) > 1:
        raise click.UsageError("give one language: that of all programs", click.get_current_context())
    benchmark = read_published(name, given["path"], task, columns, "".join(languages))
    settings = {
        **({"task": task} if name == _TABLE else {}),
        **({"languages": languages[0]} if languages else {}),
        **({"column": ",".join(f"{ours}={theirs}" for ours, theirs in sorted(columns.items()))} if columns else {}),
        **encoder_settings(given),
    }
    for warning in benchmark.warnings:
        click.echo(f"warning: {benchmark.name}: {warning}", err=True)
    evaluation = request.evaluation(without_cells(name, benchmark.digest, "test"), settings)
    return FrozenEvaluation(PublishedTask(benchmark, task), replace(evaluation, variants=()))


def print_published(frozen: FrozenEvaluation, rows: Rows) -> None:
    """Print the scores."""
    from synthcode.pipelines.commands.printed_scores import print_scores

    print_scores(frozen.task.name, rows)
    click.echo("the encoder was not trained on this benchmark: do not compare with fine-tuned scores", err=True)
    click.echo(f"all of it is in {frozen.evaluation.folder}", err=True)
