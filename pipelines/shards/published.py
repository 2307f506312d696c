"""The folder, on storage that all machines share, where the shards of a run publish what they have."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from synthcode.bounded import limits
from synthcode.bounded.files import read_bytes
from synthcode.errors import InputError
from synthcode.identity import digest
from synthcode.llm.journal.journal import Journal
from synthcode.storage.atomic import write_text, writing
from synthcode.storage.shards import shards_of
from synthcode.strict_settings import to_tree

if TYPE_CHECKING:
    from synthcode.pipelines.runs.recipe import Recipe
    from synthcode.storage.layout import RunFolder


@dataclass(frozen=True)
class ShardState:
    """How far a shard has come."""

    number: int
    is_finished: bool
    completed: int
    failed: int


@dataclass(frozen=True)
class PublishedShards:
    """The shards of one run: ``journals/`` of the unfinished ones, ``recordings/`` of the finished ones."""

    path: Path

    @property
    def recordings(self) -> Path:
        """Parquet of all finished shards: what ``replay`` reads."""
        return self.path / "recordings"

    def journal(self, number: int) -> Path:
        """Return the copy of a shard's journal."""
        return self.path / "journals" / f"shard-{number:05}.sqlite"

    def _finished(self, number: int) -> Path:
        return self.path / "finished" / f"shard-{number:05}.json"

    def is_finished(self, number: int) -> bool:
        """Return whether a shard has an answer, or a final failure, for each of its requests."""
        return self._finished(number).is_file()

    def claim(self, recipe: Recipe, count: int) -> None:
        """Note whose shards these are.

        Raises
        ------
        InputError
            If they are another recipe's, or of another number of shards.
        """
        plan = {"requests": _requests_digest(recipe), "shards": count}
        file = self.path / "plan.json"
        if not file.is_file():
            write_text(file, json.dumps(plan) + "\n")
        elif orjson.loads(read_bytes(file, limits.SETTINGS)) != plan:
            raise InputError(
                f"{self.path} has the shards of another recipe, or another number of shards",
                "name another folder, or remove this one to request everything again",
            )

    def count(self) -> int | None:
        """Return the number of shards; None if nothing was begun."""
        file = self.path / "plan.json"
        return int(orjson.loads(read_bytes(file, limits.SETTINGS))["shards"]) if file.is_file() else None

    def finish(self, number: int, folder: RunFolder, counts: dict[str, Any]) -> None:
        """Publish the recording of a shard that has all its answers."""
        for place, shard in enumerate(shards_of(folder.completions)):
            with writing(self.recordings / f"shard-{number:05}-{place:05}.parquet") as stream, shard.open("rb") as file:
                shutil.copyfileobj(file, stream)
        state = {name: counts[name] for name in ("requested", "completed", "failed")}
        write_text(self._finished(number), json.dumps(state) + "\n")
        self.journal(number).unlink(missing_ok=True)

    def states(self, count: int) -> Iterator[ShardState]:
        """Yield how far each shard has come, by what it has published."""
        for number in range(1, count + 1):
            if self.is_finished(number):
                counts = orjson.loads(read_bytes(self._finished(number), limits.SETTINGS))
                yield ShardState(number, True, counts["completed"], counts["failed"])
            elif self.journal(number).is_file():
                with Journal(self.journal(number), read_only=True) as journal:
                    found = journal.counts()
                yield ShardState(number, False, found.completed.total(), found.failed.total())
            else:
                yield ShardState(number, False, 0, 0)


def _requests_digest(recipe: Recipe) -> str:
    """Return the digest of all in a recipe that decides which requests are made."""
    # Earlier versions had the shard here: the shards that they have published go on.
    translate = None if recipe.translate is None else {**to_tree(recipe.translate), "shard": None}
    return digest(to_tree([recipe.seeds, translate, recipe.dedup, recipe.contamination]))


def refuse_unfinished(recipe: Recipe) -> None:
    """Refuse to replay published recordings while shards are missing: their seeds would have no translations.

    Raises
    ------
    InputError
        If the recipe's recording is that of shards, and not all of them are finished.
    """
    if recipe.backend.name != "replay" or recipe.backend.recording is None:
        return
    shards = PublishedShards(Path(recipe.backend.recording).parent)
    count = shards.count() if shards.recordings == Path(recipe.backend.recording) else None
    missing = [str(number) for number in range(1, (count or 0) + 1) if not shards.is_finished(number)]
    if missing:
        named = ", ".join(missing[:10]) + (", ..." if len(missing) > 10 else "")
        raise InputError(
            f"{shards.path}: {len(missing)} of {count} shards are not finished: {named}",
            "run them again, or replay a copy of the recordings to build a dataset without them",
        )


def merge_recipe(recipe: Recipe, shards: PublishedShards) -> Recipe:
    """Return what makes the dataset of all shards: every stage, with the answers that the shards have published."""
    return recorded_recipe(recipe, shards.recordings)


def recorded_recipe(recipe: Recipe, recordings: Path) -> Recipe:
    """Return a recipe that takes its answers from a recording instead of a model."""
    backend = replace(recipe.backend, name="replay", recording=str(recordings), serve=None, base_urls=())
    return replace(recipe, backend=backend)
