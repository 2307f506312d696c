"""Seeds whose translations have not been requested yet."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pyarrow as pa

from synthcode.errors import shell_word
from synthcode.llm.requests import targets_of
from synthcode.llm.seed_shard import SeedShard
from synthcode.pipelines.runs.run import read_run_recipe
from synthcode.pipelines.tables.programs import dropped_seeds
from synthcode.schemas.tables import COMPLETIONS
from synthcode.storage.large_tables.joins import align_on_seed
from synthcode.storage.manifest import Manifest

if TYPE_CHECKING:
    from synthcode.storage.layout import RunFolder

_NAMED = 3
_ASKED = pa.schema([COMPLETIONS.field("seed_id")])


def untranslated_seeds(folder: RunFolder) -> list[str]:
    """Return the ``source_id`` of each seed with fewer finished requests than the recipe demands.

    Seeds that were removed before translation, and those of other shards, are not among them.
    """
    recipe = read_run_recipe(folder)
    config = recipe.translate
    if config is None:
        return []
    shard = SeedShard.parse(recipe.shard or "1/1")
    left_out = dropped_seeds(folder, Manifest(folder.path))
    seeds = folder.rows(folder.seeds, ["seed_id", "source_id", "language"])
    found = []
    for rows, finished in align_on_seed(seeds, (_ASKED, folder.rows(folder.completions, _ASKED.names))):
        asked = Counter(finished["seed_id"].to_pylist())
        for seed in rows.to_pylist():
            planned = len(targets_of(seed["seed_id"], seed["language"], config)) * config.samples
            if seed["seed_id"] not in left_out and shard.has(seed["seed_id"]) and asked[seed["seed_id"]] < planned:
                found.append(seed["source_id"])
    return found


def untranslated_line(names: list[str], folder: RunFolder) -> str:
    """Say which seeds await translation, and which command translates them."""
    named = ", ".join([*names[:_NAMED], *(["..."] if len(names) > _NAMED else [])])
    count = "1 seed awaits" if len(names) == 1 else f"{len(names):,} seeds await"
    return f"{count} translating ({named}); run 'synthcode translate {shell_word(folder.path)}'"
