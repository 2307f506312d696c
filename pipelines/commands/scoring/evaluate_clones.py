"""``synthcode evaluate DATASET --task clones,classification``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from synthcode.pipelines.commands.scoring.encoder_arguments import languages_of
from synthcode.pipelines.commands.scoring.task_list import retrieval_tasks
from synthcode.vocabulary import SCORED_VARIANTS, Variant

if TYPE_CHECKING:
    from synthcode.evaluation.retrieval.benchmark import Benchmark
    from synthcode.pipelines.commands.scoring.evaluation_jobs import FineTunedJob, FrozenJob
    from synthcode.pipelines.commands.scoring.evaluation_request import Request
    from synthcode.pipelines.steps.evaluate.classification.fine_tuned_task import FineTunedTask
    from synthcode.pipelines.steps.evaluate.classification.frozen_scores import FrozenEvaluation
    from synthcode.pipelines.steps.evaluate.classification.frozen_task import FrozenTask, Rows

CLONES, LABELS = "clones", "classification"
_ELSEWHERE = ("columns", "path", "limit")
"""Options that mean nothing for a dataset."""
_OF_RETRIEVAL = ("dataset_id",)
"""Options that mean nothing unless retrieval is scored, too."""


def refuse_other_options(given: Mapping[str, Any]) -> None:
    """Refuse options that mean nothing for the pairs or the tested translations of a dataset.

    Raises
    ------
    click.UsageError
        If one is given.
    """
    options = _ELSEWHERE if retrieval_tasks(given["tasks"]) is not None else (*_ELSEWHERE, *_OF_RETRIEVAL)
    if useless := [option.replace("_", "-").removesuffix("s") for option in options if given[option]]:
        context = click.get_current_context()
        raise click.UsageError(f"--{useless[0]} means nothing for clones and classification of a dataset", context)


def clones_job(request: Request) -> FrozenJob | FineTunedJob:
    """Read the pairs of a dataset, and say what is wrong with them."""
    from synthcode.evaluation.encoder import Classifier
    from synthcode.evaluation.encoders.exits.trained_exits import unused_heads
    from synthcode.evaluation.retrieval.combination import single_encoder
    from synthcode.pipelines.steps.evaluate.classification.clones_input import read_clones_input
    from synthcode.pipelines.steps.evaluate.classification.fine_tuned_task import FineTunedClones, refuse_other_task

    single_encoder(request.encoder)
    given, dataset = request.given, request.dataset
    assert dataset is not None
    if isinstance(request.encoder, Classifier):
        refuse_other_task(request.encoder, CLONES)
    variants, languages = _variants(given), languages_of(given["languages"])
    read = read_clones_input(dataset, given["split"], variants, given["require"], languages)
    clones = replace(read.task.clones, warnings=[*read.task.warnings, *unused_heads(given["encoder"])])
    heads = FineTunedClones(clones, given["split"], variants) if isinstance(request.encoder, Classifier) else None
    return _job(request, replace(read.task, clones=clones), heads, read.benchmark, read.settings)


def labels_job(request: Request) -> FrozenJob | FineTunedJob:
    """Read the tested translations of a dataset, and say what is wrong with them."""
    from synthcode.evaluation.encoder import Classifier
    from synthcode.evaluation.encoders.exits.trained_exits import unused_heads
    from synthcode.evaluation.retrieval.combination import single_encoder
    from synthcode.pipelines.steps.evaluate.classification.fine_tuned_task import fine_tuned_labels
    from synthcode.pipelines.steps.evaluate.classification.labels_input import read_labels_input

    single_encoder(request.encoder)
    given, dataset = request.given, request.dataset
    assert dataset is not None
    variants, languages = _variants(given), languages_of(given["languages"])
    read = read_labels_input(dataset, given["split"], variants, languages)
    found = read.task.programs_and_labels
    warnings = [*found.warnings, *unused_heads(given["encoder"])]
    found = replace(found, labels=replace(found.labels, warnings=warnings))
    encoder = request.encoder
    heads = fine_tuned_labels(encoder, found, variants) if isinstance(encoder, Classifier) else None
    return _job(request, replace(read.task, programs_and_labels=found), heads, read.benchmark, read.settings)


def _job(
    request: Request,
    task: FrozenTask,
    heads: FineTunedTask | None,
    benchmark: Benchmark,
    settings: Mapping[str, str],
) -> FrozenJob | FineTunedJob:
    """Return the job of vectors, or of heads if the encoder has some."""
    from synthcode.evaluation.encoder import Classifier
    from synthcode.pipelines.commands.scoring.evaluation_jobs import FineTunedJob, FrozenJob
    from synthcode.pipelines.steps.evaluate.classification.fine_tuned_scores import FineTunedEvaluation
    from synthcode.pipelines.steps.evaluate.classification.frozen_scores import FrozenEvaluation
    from synthcode.pipelines.steps.evaluate.results_folder import encoder_settings

    for warning in task.warnings:
        click.echo(f"warning: {warning}", err=True)
    evaluation = request.evaluation(benchmark, {**settings, **encoder_settings(request.given)})
    if heads is not None and isinstance(request.encoder, Classifier):
        return FineTunedJob(FineTunedEvaluation(heads, request.encoder, evaluation))
    return FrozenJob(FrozenEvaluation(task, evaluation), _print)


def _variants(given: Mapping[str, Any]) -> tuple[Variant, ...]:
    return tuple(dict.fromkeys(given["variants"])) or SCORED_VARIANTS


def _print(frozen: FrozenEvaluation, rows: Rows) -> None:
    from synthcode.evaluation.classification.stored_scores import overall
    from synthcode.pipelines.commands.scoring.printed_scores import print_scores

    for variant in frozen.task.variants:
        mine = [row for row in overall(rows) if row["variant"] == variant]
        print_scores(f"{frozen.task.name}, {variant}", mine)
    click.echo(f"all of it is in {frozen.evaluation.folder}", err=True)
