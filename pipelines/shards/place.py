"""Which shard of the seeds a run directory is for, and which commands that rules out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from synthcode.errors import InputError
from synthcode.llm.seed_shard import SeedShard
from synthcode.pipelines.runs.recipe import load_recipe
from synthcode.pipelines.runs.run import read_run_recipe
from synthcode.storage.layout import RunFolder
from synthcode.storage.manifest import Manifest

if TYPE_CHECKING:
    from synthcode.pipelines.runs.recipe import Recipe


def shard_of(recipe: Recipe) -> SeedShard | None:
    """Return the shard that a recipe requests; None if it requests all."""
    return None if recipe.shard is None else SeedShard.parse(recipe.shard)


def refuse_other_shard(path: Path, shard: str | None) -> None:
    """Refuse to continue the run of one shard as another one: its recording would change.

    A run that has requested nothing yet can become that of a shard.

    Raises
    ------
    InputError
        If the run directory is for another shard, or for all seeds.
    """
    folder = RunFolder(path)
    if not folder.is_run:
        return
    try:
        before = shard_of(load_recipe(str(folder.recipe)))
    except InputError:  # it is lost or damaged: the command itself says so, or makes it good
        return
    now = None if shard is None else SeedShard.parse(shard)
    has_requested = folder.journal.is_file() or "translate" in Manifest(path).stages
    if before != now and (before is not None or has_requested):
        named = [f"shard {one}" if one else "all seeds" for one in (before, now)]
        raise InputError(
            f"{path} is the run of {named[0]}, not of {named[1]}", "name another folder, or the shard that it is of"
        )


def refuse_shard(path: Path, shard: str | None, stage: str, reason: str) -> None:
    """Refuse a stage that needs the rows of all shards.

    Parameters
    ----------
    path
        A run directory.
    shard
        What the command line names.
    stage, reason
        What the stage is called, and why it needs them.

    Raises
    ------
    InputError
        If the command line names a shard, or the run is that of one.
    """
    shard = shard or read_run_recipe(RunFolder(path)).shard
    if shard is not None:
        raise InputError(
            f"{path}: {stage} {reason}, and this is shard {shard}",
            "join all shards first, which runs every stage that is left: synthcode merge OUT SHARD...",
        )
