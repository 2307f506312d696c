"""Running one shard: its answers are taken up from what was published, and published again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from synthcode.llm.journal.publishing import restore_journal
from synthcode.pipelines.runs.step import run_if_stale
from synthcode.pipelines.shards.place import shard_of
from synthcode.pipelines.shards.published import PublishedShards
from synthcode.pipelines.steps.registry import run_stages
from synthcode.pipelines.steps.verify.step import verify_step

if TYPE_CHECKING:
    from pathlib import Path

    from synthcode.pipelines.runs.recipe import Recipe
    from synthcode.pipelines.runs.run import Run

Through = Literal["translate", "check", "verify"]
"""The last stage of a shard. The run of all shards together does the rest: duplicates are looked for among all
programs, and what shards have judged is not judged again."""
THROUGH: tuple[Through, ...] = get_args(Through)


def run_shard_stages(run: Run, through: Through = "translate", *, force: bool = False) -> None:
    """Run the stages of a shard up to one; repairs, which are requests, are among them if the recipe has any.

    Repairs within a budget are left to the run of all shards: the budget counts the requests of all seeds in order.
    """
    run_stages(run, ("seeds", "dedup_seeds", "translate"), force=force)
    repairs = run.recipe.repair.rounds > 0 and run.recipe.repair.budget is None
    if repairs or through != "translate":
        run_stages(run, ("check", "repair") if repairs else ("check",), force=force)
    if through == "verify":
        run_if_stale(run, verify_step(is_shard=True), force=force)


def is_done(recipe: Recipe, publish_to: Path | None) -> bool:
    """Return whether a shard was finished and published before, perhaps on another machine.

    Raises
    ------
    InputError
        If the folder has the shards of another recipe.
    """
    shard = shard_of(recipe)
    if shard is None or publish_to is None:
        return False
    published = PublishedShards(publish_to)
    published.claim(recipe, shard.count)
    return published.is_finished(shard.number)


def run_shard(run: Run, publish_to: Path | None, through: Through = "translate", *, force: bool = False) -> None:
    """Request the answers of one shard.

    Parameters
    ----------
    run
        An open run whose recipe names a shard.
    publish_to
        The folder that all machines share; None publishes nothing.
    through
        The last stage.
    force
        Do every stage again.
    """
    shard = shard_of(run.recipe)
    assert shard is not None, "the recipe names no shard"
    if publish_to is None:
        run_shard_stages(run, through, force=force)
        return
    published = PublishedShards(publish_to)
    run.published_journal = published.journal(shard.number)
    if restore_journal(run.published_journal, run.folder.journal):
        run.reporter.message(f"shard {shard.number}: goes on with the answers in {run.published_journal}")
    run_shard_stages(run, through, force=force)
    entry = run.manifest.stages["translate"]
    if entry.complete:
        published.finish(shard.number, run.folder, entry.counts)
        run.reporter.message(f"shard {shard.number} of {shard.count}: published to {published.recordings}")
