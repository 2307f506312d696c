"""Running one shard: its answers are taken up from what was published, and published again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from synthcode.llm.journal.publishing import publish_all, publishing
from synthcode.pipelines.runs.step import run_if_stale
from synthcode.pipelines.shards.place import shard_of
from synthcode.pipelines.shards.published import PublishedShards
from synthcode.pipelines.steps.registry import run_stages
from synthcode.pipelines.steps.verify.step import verify_step

if TYPE_CHECKING:
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
    run_stages(run, ("seeds", "dedup_seeds", "translate", "queries"), force=force)
    repairs = run.recipe.repair.rounds > 0 and run.recipe.repair.budget is None
    if repairs or through != "translate":
        run_stages(run, ("check", "repair") if repairs else ("check",), force=force)
    if through == "verify":
        run_if_stale(run, verify_step(is_shard=True), force=force)


def is_done(recipe: Recipe, publish_to: str | None) -> bool:
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


def run_shard(run: Run, publish_to: str | None, through: Through = "translate", *, force: bool = False) -> None:
    """Do the stages of one shard.

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

    Raises
    ------
    StorageError
        If what was worked out cannot be published; it is in the run.
    """
    shard = shard_of(run.recipe)
    assert shard is not None, "the recipe names no shard"
    if publish_to is None:
        run_shard_stages(run, through, force=force)
        return
    published = PublishedShards(publish_to)
    databases = published.databases(shard.number, run.folder)
    for database in databases:
        if database.restore():
            what = "answers" if database.name.startswith("journals/") else "verdicts"
            place = f"{published.folder.name}/{database.name}"
            run.reporter.message(f"shard {shard.number}: goes on with the {what} in {place}")
    try:
        with publishing(databases, run.reporter.message):
            run_shard_stages(run, through, force=force)
    finally:
        with run.stop.storing():
            publish_all(databases)
    stages = run.manifest.stages
    if all(stages[name].complete for name in ("translate", "repair", "queries") if name in stages):
        published.finish(shard.number, run.folder, stages["translate"].counts, through)
        run.reporter.message(f"shard {shard.number} of {shard.count}: published to {published.folder.name}")
