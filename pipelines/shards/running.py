"""Running one shard: its answers are taken up from what was published, and published again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synthcode.llm.journal.publishing import restore_journal
from synthcode.pipelines.shards.place import shard_of
from synthcode.pipelines.shards.published import PublishedShards
from synthcode.pipelines.steps.registry import run_stages

if TYPE_CHECKING:
    from pathlib import Path

    from synthcode.pipelines.runs.recipe import Recipe
    from synthcode.pipelines.runs.run import Run

SHARD_STAGES = ("seeds", "dedup_seeds", "translate")
"""The run of all shards together does the rest: duplicates are looked for among all programs."""


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


def run_shard(run: Run, publish_to: Path | None, *, force: bool = False) -> None:
    """Request the answers of one shard.

    Parameters
    ----------
    run
        An open run whose recipe names a shard.
    publish_to
        The folder that all machines share; None publishes nothing.
    force
        Do every stage again.
    """
    shard = shard_of(run.recipe)
    assert shard is not None, "the recipe names no shard"
    if publish_to is None:
        run_stages(run, SHARD_STAGES, force=force)
        return
    published = PublishedShards(publish_to)
    run.published_journal = published.journal(shard.number)
    if restore_journal(run.published_journal, run.folder.journal):
        run.reporter.message(f"shard {shard.number}: goes on with the answers in {run.published_journal}")
    run_stages(run, SHARD_STAGES, force=force)
    entry = run.manifest.stages["translate"]
    if entry.complete:
        published.finish(shard.number, run.folder, entry.counts)
        run.reporter.message(f"shard {shard.number} of {shard.count}: published to {published.recordings}")
