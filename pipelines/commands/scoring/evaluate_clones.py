"""``synthcode evaluate DATASET --task clones``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from synthcode.pipelines.commands.scoring.task_list import retrieval_tasks
from synthcode.vocabulary import SCORED_VARIANTS

if TYPE_CHECKING:
    from synthcode.pipelines.commands.scoring.evaluation_jobs import FineTunedJob, FrozenJob
    from synthcode.pipelines.commands.scoring.evaluation_request import Request
    from synthcode.pipelines.steps.evaluate.classification.frozen_scores import FrozenEvaluation
    from synthcode.pipelines.steps.evaluate.classification.frozen_task import Rows

TASK = "clones"
_ELSEWHERE = ("columns", "path", "limit")
"""Options that mean nothing for the pairs of a dataset."""
_OF_RETRIEVAL = ("dataset_id",)
"""Options that mean nothing unless retrieval is scored, too."""


def refuse_other_options(given: Mapping[str, Any]) -> None:
    """Refuse options that mean nothing for the pairs of a dataset.

    Raises
    ------
    click.UsageError
        If one is given.
    """
    options = _ELSEWHERE if retrieval_tasks(given["tasks"]) is not None else (*_ELSEWHERE, *_OF_RETRIEVAL)
    if useless := [option.replace("_", "-").removesuffix("s") for option in options if given[option]]:
        context = click.get_current_context()
        raise click.UsageError(f"--{useless[0]} means nothing for the pairs of clones of a dataset", context)


def clones_job(request: Request) -> FrozenJob | FineTunedJob:
    """Read the pairs of a dataset, and say what is wrong with them."""
    from synthcode.evaluation.encoder import Classifier
    from synthcode.evaluation.encoders.exits.trained_exits import unused_heads
    from synthcode.evaluation.retrieval.combination import single_encoder
    from synthcode.pipelines.commands.scoring.encoder_arguments import languages_of
    from synthcode.pipelines.commands.scoring.evaluation_jobs import FineTunedJob, FrozenJob
    from synthcode.pipelines.steps.evaluate.classification.clones_input import read_clones_input
    from synthcode.pipelines.steps.evaluate.classification.fine_tuned_scores import FineTunedEvaluation
    from synthcode.pipelines.steps.evaluate.classification.fine_tuned_task import FineTunedClones, refuse_other_task
    from synthcode.pipelines.steps.evaluate.classification.frozen_scores import FrozenEvaluation
    from synthcode.pipelines.steps.evaluate.results_folder import encoder_settings

    single_encoder(request.encoder)
    given, dataset = request.given, request.dataset
    assert dataset is not None
    if isinstance(request.encoder, Classifier):
        refuse_other_task(request.encoder, TASK)
    variants = tuple(dict.fromkeys(given["variants"])) or SCORED_VARIANTS
    languages = languages_of(given["languages"])
    read = read_clones_input(dataset, given["split"], variants, given["require"], languages)
    clones = replace(read.task.clones, warnings=[*read.task.warnings, *unused_heads(given["encoder"])])
    for warning in clones.warnings:
        click.echo(f"warning: {warning}", err=True)
    evaluation = request.evaluation(read.benchmark, {**read.settings, **encoder_settings(given)})
    if isinstance(request.encoder, Classifier):
        heads = FineTunedClones(clones, given["split"], variants)
        return FineTunedJob(FineTunedEvaluation(heads, request.encoder, evaluation))
    return FrozenJob(FrozenEvaluation(replace(read.task, clones=clones), evaluation), _print)


def _print(frozen: FrozenEvaluation, rows: Rows) -> None:
    from synthcode.evaluation.classification.clones.clone_scores import ALL
    from synthcode.pipelines.commands.scoring.printed_scores import print_scores

    for variant in frozen.task.variants:
        mine = [row for row in rows if row["variant"] == variant and row["query_language"] == ALL]
        print_scores(f"{TASK}, {variant}", mine)
    click.echo(f"all of it is in {frozen.evaluation.folder}", err=True)
