"""``synthcode build``: what was kept becomes a dataset with leak-free splits, ready to be published."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthcode.pipelines.commands.options import (
    executor_options,
    existing_run,
    force_option,
    max_failed_option,
    run_argument,
    shard_option,
    working_on,
)
from synthcode.vocabulary import LEVELS, Level

if TYPE_CHECKING:
    from synthcode.pipelines.runs.run import Run


@click.command()
@run_argument
@max_failed_option
@click.option(
    "--require",
    type=click.Choice(LEVELS[1:]),
    help="Keep only translations verified to this level or a higher one. Default: all that fail no test.",
)
@click.option(
    "--clones/--no-clones",
    default=None,
    help="Write the configuration clones: pairs of programs that solve one problem, and pairs that do not.",
)
@click.option(
    "--mined-negatives",
    type=click.IntRange(0, 1000),
    metavar="N",
    help="Write the configuration mined_negatives: N programs for each text and language that are near and no answer.",
)
@shard_option("Refused: a dataset is built of all shards, by 'merge'.")
@executor_options
@force_option
def build(
    run: Path,
    max_failed: float | None,
    require: Level | None,
    clones: bool | None,
    mined_negatives: int | None,
    shard: str | None,
    executor: Mapping[str, Any],
    force: bool,
) -> None:
    """Build RUN/dataset: triplets, programs in their variants, retrieval judgements, splits, card.

    Runs 'check', repairs, 'dedup' and, if the recipe requests it, 'verify' first where they are not up to date. What
    fails its tests is left out. Refuses a run in which more than --max-failed of the requests failed.

    \b
    Examples:
      synthcode build runs/mbxp
      synthcode build runs/mbxp --require tested
      synthcode build runs/mbxp --clones
      synthcode build runs/mbxp --mined-negatives 10
    """
    from synthcode.pipelines.runs.step import run_if_stale
    from synthcode.pipelines.shards.place import refuse_shard
    from synthcode.pipelines.steps.build.step import build_step
    from synthcode.pipelines.steps.queries.step import forget_unwanted_queries
    from synthcode.pipelines.steps.registry import run_stages
    from synthcode.pipelines.steps.repair.step import repair_if_changed

    overrides = {**executor, "backend.max_failed": max_failed, "build.require": require, "build.clones": clones}
    overrides["build.mined_negatives"] = mined_negatives
    refuse_shard(existing_run(run), shard, "build", "deduplicates, and draws splits, among the rows of all shards")
    with working_on(run, overrides) as opened:
        _refuse_failed(opened)
        run_stages(opened, ("check",))
        repair_if_changed(opened)
        run_stages(opened, ("dedup", "verify"))
        forget_unwanted_queries(opened)
        run_if_stale(opened, build_step(), force=force)
        _warn_of_untranslated(opened)


def _refuse_failed(run: Run) -> None:
    """Refuse what ``translate`` has called a failure."""
    from synthcode.pipelines.steps.reviews import review_translations

    if "translate" in run.manifest.stages:
        review_translations(run, run.manifest.stages["translate"].counts)


def _warn_of_untranslated(run: Run) -> None:
    """Say which translations are missing: those of seeds that came after translating."""
    from synthcode.pipelines.tables.funnel import funnel
    from synthcode.pipelines.tables.untranslated import untranslated_line, untranslated_seeds

    if funnel(run.folder)["awaiting_translation"]:
        line = untranslated_line(untranslated_seeds(run.folder), run.folder)
        click.echo(f"build: warning: translations are missing: {line}", err=True)
