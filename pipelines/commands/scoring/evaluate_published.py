"""``synthcode evaluate --from`` a published benchmark of clones or classification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthcode.pipelines.commands.scoring.task_list import other_tasks
from synthcode.vocabulary import CLASSIFICATION_TASKS

if TYPE_CHECKING:
    from synthcode.pipelines.commands.scoring.evaluation_jobs import FineTunedJob, FrozenJob
    from synthcode.pipelines.commands.scoring.evaluation_request import Request
    from synthcode.pipelines.steps.evaluate.classification.frozen_scores import FrozenEvaluation
    from synthcode.pipelines.steps.evaluate.classification.frozen_task import Rows

_TABLE = "table"
"""A benchmark of retrieval, too, unless a task says otherwise."""
_OF_RETRIEVAL = ("require", "limit", "dataset_id", "variants")
"""Options that mean nothing here."""


def published_tasks(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the tasks that a published benchmark is scored by; empty if it is one of retrieval."""
    from synthcode.evaluation.classification.published.registry import PUBLISHED_BENCHMARKS, task_of

    name, tasks = given["original"], other_tasks(given["tasks"])
    if name in PUBLISHED_BENCHMARKS and name != _TABLE and not tasks:
        return (task_of(name, None),)
    return tasks


def refuse_unpublished(dataset: Path | None, given: Mapping[str, Any]) -> None:
    """Refuse options of published benchmarks without one, and others with one.

    Raises
    ------
    click.UsageError
        If options contradict each other.
    """
    from synthcode.evaluation.classification.published.registry import PUBLISHED_BENCHMARKS

    context = click.get_current_context()
    name = given["original"]
    tasks = () if dataset is not None else published_tasks(given)
    if tasks and name not in PUBLISHED_BENCHMARKS:
        known = "|".join(PUBLISHED_BENCHMARKS)
        raise click.UsageError(f"--task {tasks[0]} scores --from {known} --path P, or DATASET", context)
    if dataset is not None or not tasks:
        if given["columns"]:
            raise click.UsageError(f"--column is for --task {' or '.join(CLASSIFICATION_TASKS)}", context)
        return
    if name != _TABLE and (others := [task for task in given["tasks"] if task not in CLASSIFICATION_TASKS]):
        raise click.UsageError(f"{name} has no task {others[0]}: it is not a benchmark of retrieval", context)
    if given["path"] is None:
        raise click.UsageError("missing option '--path': where that benchmark is", context)
    if useless := [option for option in _OF_RETRIEVAL if given[option]]:
        option = useless[0].replace("_", "-").removesuffix("s")
        raise click.UsageError(f"--{option} is for retrieval: {name} is scored as it was published", context)


def published_job(request: Request, task: str) -> FrozenJob | FineTunedJob:
    """Read a published benchmark, and say what is wrong with it."""
    from synthcode.evaluation.classification.published.registry import read_published, task_of
    from synthcode.evaluation.encoder import Classifier
    from synthcode.evaluation.encoders.exits.trained_exits import unused_heads
    from synthcode.evaluation.retrieval.combination import single_encoder
    from synthcode.pipelines.commands.options import assignments
    from synthcode.pipelines.commands.scoring.encoder_arguments import languages_of
    from synthcode.pipelines.commands.scoring.evaluation_jobs import FineTunedJob, FrozenJob
    from synthcode.pipelines.steps.evaluate.classification.fine_tuned_scores import FineTunedEvaluation
    from synthcode.pipelines.steps.evaluate.classification.fine_tuned_task import fine_tuned_task
    from synthcode.pipelines.steps.evaluate.classification.frozen_scores import FrozenEvaluation, without_cells
    from synthcode.pipelines.steps.evaluate.classification.frozen_task import PublishedTask
    from synthcode.pipelines.steps.evaluate.results_folder import encoder_settings

    single_encoder(request.encoder)
    given = request.given
    name = given["original"]
    columns = assignments(given["columns"], "--column")
    languages = languages_of(given["languages"])
    if len(languages) > 1:
        raise click.UsageError("give one language: that of all programs", click.get_current_context())
    benchmark = read_published(name, given["path"], task_of(name, task), columns, "".join(languages))
    settings = {
        **({"task": task} if name == _TABLE else {}),
        **({"languages": languages[0]} if languages else {}),
        **({"column": ",".join(f"{ours}={theirs}" for ours, theirs in sorted(columns.items()))} if columns else {}),
        **encoder_settings(given),
    }
    benchmark = replace(benchmark, warnings=[*benchmark.warnings, *unused_heads(given["encoder"])])
    for warning in benchmark.warnings:
        click.echo(f"warning: {benchmark.name}: {warning}", err=True)
    evaluation = request.evaluation(without_cells(name, benchmark.digest, "test"), settings)
    if isinstance(request.encoder, Classifier):
        heads = fine_tuned_task(request.encoder, benchmark, task)
        return FineTunedJob(FineTunedEvaluation(heads, request.encoder, replace(evaluation, variants=())))
    return FrozenJob(FrozenEvaluation(PublishedTask(benchmark, task), replace(evaluation, variants=())), _print)


def _print(frozen: FrozenEvaluation, rows: Rows) -> None:
    from synthcode.pipelines.commands.scoring.printed_scores import print_scores

    print_scores(frozen.task.name, rows)
    click.echo("the encoder was not trained on this benchmark: do not compare with fine-tuned scores", err=True)
    click.echo(f"all of it is in {frozen.evaluation.folder}", err=True)
