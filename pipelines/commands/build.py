"""``synthcode build``: what was kept becomes a dataset with leak-free splits, ready to be published."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from synthcode.pipelines.commands.options import (
    existing_run,
    force_option,
    max_failed_option,
    run_argument,
    workers_option,
    working_on,
)

if TYPE_CHECKING:
    from synthcode.pipelines.runs.run import Run


@click.command()
@run_argument
@max_failed_option
@workers_option
@force_option
def build(run: Path, max_failed: float | None, workers: int | None, force: bool) -> None:
    """Build RUN/dataset: triplets, programs in their variants, retrieval judgements, splits, card.

    Runs 'check', repairs and 'dedup' first where they are not up to date. Refuses a run in which more than
    --max-failed of the requests failed.

    \b
    Example:
      synthcode build runs/mbxp
    """
    from synthcode.pipelines.runs.step import run_if_stale
    from synthcode.pipelines.steps.build import build_step
    from synthcode.pipelines.steps.check import check_step
    from synthcode.pipelines.steps.dedup import dedup_step
    from synthcode.pipelines.steps.repair import repair_if_changed

    with working_on(existing_run(run), {"workers": workers, "backend.max_failed": max_failed}) as opened:
        _refuse_failed(opened)
        run_if_stale(opened, check_step())
        repair_if_changed(opened)
        run_if_stale(opened, dedup_step())
        run_if_stale(opened, build_step(), force=force)
        _warn_of_untranslated(opened)


def _refuse_failed(run: Run) -> None:
    """Refuse what ``translate`` has called a failure."""
    from synthcode.pipelines.steps.failures import review_translations

    if "translate" in run.manifest.stages:
        review_translations(run, run.manifest.stages["translate"].counts)


def _warn_of_untranslated(run: Run) -> None:
    """Say which translations are missing: those of seeds that came after translating."""
    from synthcode.pipelines.tables.funnel import funnel
    from synthcode.pipelines.tables.untranslated import untranslated_line, untranslated_seeds

    if funnel(run.folder)["awaiting_translation"]:
        line = untranslated_line(untranslated_seeds(run.folder), run.folder)
        click.echo(f"build: warning: translations are missing: {line}", err=True)
