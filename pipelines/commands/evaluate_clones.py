"""``synthcode evaluate DATASET --task clones``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from synthcode.vocabulary import SCORED_VARIANTS, Split

if TYPE_CHECKING:
    from synthcode.pipelines.commands.evaluation_request import Request
    from synthcode.pipelines.steps.evaluate.frozen_scores import FrozenEvaluation
    from synthcode.pipelines.steps.evaluate.frozen_task import Rows

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


def clones_evaluation(request: Request) -> FrozenEvaluation:
    """Read the pairs of a dataset, and say what is wrong with them."""
    from synthcode.evaluation.classification.dataset_clones import read_clones
    from synthcode.evaluation.interop.hub_datasets import dataset_folder
    from synthcode.pipelines.steps.evaluate.frozen_scores import FrozenEvaluation, without_cells
    from synthcode.pipelines.steps.evaluate.frozen_task import ClonesTask
    from synthcode.pipelines.steps.evaluate.results_folder import encoder_settings
    from synthcode.storage.published import CLONES_NAME, NEGATIVES_NAME, find_dataset
    from synthcode.storage.shards import shards_of

    given, dataset = request.given, request.dataset
    assert dataset is not None
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
        **encoder_settings(given),
    }
    failing = all(shards_of(published.folder / "data" / NEGATIVES_NAME, name) for name in splits)
    digest = published.digest(splits, ("programs", CLONES_NAME, *((NEGATIVES_NAME,) if failing else ())))
    for warning in clones.warnings:
        click.echo(f"warning: {warning}", err=True)
    task = ClonesTask(clones, split, variants)
    return FrozenEvaluation(task, request.evaluation(without_cells(str(dataset), digest, split), settings))


def print_clones(frozen: FrozenEvaluation, rows: Rows) -> None:
    """Print the scores of all pairs, a table a variant."""
    from synthcode.evaluation.classification.clone_scores import ALL
    from synthcode.pipelines.commands.printed_scores import print_scores

    for variant in frozen.task.variants:
        mine = [row for row in rows if row["variant"] == variant and row["query_language"] == ALL]
        print_scores(f"{TASK}, {variant}", mine)
    click.echo(f"all of it is in {frozen.evaluation.folder}", err=True)
