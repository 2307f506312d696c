"""The folder, on storage that all machines share, where the shards of a run publish what they have."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from synthcode.errors import InputError
from synthcode.identity import digest, file_digest
from synthcode.llm.journal.journal import Journal
from synthcode.llm.journal.publishing import PublishedDatabase
from synthcode.storage.shards import shards_of
from synthcode.storage.shared_folder import open_shared_folder
from synthcode.strict_settings import to_tree

if TYPE_CHECKING:
    from synthcode.pipelines.runs.recipe import Recipe
    from synthcode.storage.layout import RunFolder


PLAN = "plan.json"


class PublishedFile(NamedTuple):
    """A file of a finished shard."""

    name: str
    """In the shared folder."""
    sha256: str | None
    """None of a database: its rows have checksums."""


@dataclass(frozen=True)
class ShardState:
    """How far a shard has come."""

    number: int
    is_finished: bool
    completed: int
    failed: int


class PublishedShards:
    """The shards of one run, in a folder that all machines share.

    ``journals/`` and ``verdicts/`` have what unfinished shards have come to, ``recordings/`` the answers of finished
    ones, ``runs/`` what else ``merge`` reads of them. ``finished/`` names their files, and is written last.

    Parameters
    ----------
    address
        A path, or an address of an object store.

    Raises
    ------
    InputError
        If the address is not supported.
    """

    def __init__(self, address: str | Path) -> None:
        self.folder = open_shared_folder(address)

    @property
    def recordings(self) -> Path:
        """Parquet of all finished shards, in a local folder: what ``replay`` reads."""
        return Path(self.folder.name) / "recordings"

    def databases(self, number: int, folder: RunFolder) -> list[PublishedDatabase]:
        """Return the databases of a shard's run, the journal first, each with its copy."""
        names = {
            folder.journal: f"journals/{_shard(number)}.sqlite",
            folder.repair_journal: f"journals/{_shard(number)}-repairs.sqlite",
            folder.query_journal: f"journals/{_shard(number)}-queries.sqlite",
            folder.verdicts: f"verdicts/{_shard(number)}-check.sqlite",
            folder.repair_verdicts: f"verdicts/{_shard(number)}-repairs.sqlite",
            folder.test_verdicts: f"verdicts/{_shard(number)}-tests.sqlite",
        }
        return [PublishedDatabase(file, self.folder, name) for file, name in names.items()]

    def finished(self, number: int) -> dict[str, Any] | None:
        """Return what is published of a finished shard: counts, and ``files``; None if it is not finished.

        Raises
        ------
        InputError
            If it is damaged.
        """
        return self._json(f"finished/{_shard(number)}.json")

    def is_finished(self, number: int) -> bool:
        """Return whether a shard has an answer, or a final failure, for each of its requests."""
        return self.finished(number) is not None

    def claim(self, recipe: Recipe, count: int) -> None:
        """Note whose shards these are.

        Raises
        ------
        InputError
            If they are another recipe's, or of another number of shards.
        """
        plan = {"requests": _requests_digest(recipe), "shards": count}
        known = self._json(PLAN)
        if known is None:
            self.folder.write(PLAN, json.dumps(plan).encode() + b"\n")
        elif known != plan:
            raise InputError(
                f"{self.folder.name} has the shards of another recipe, or another number of shards",
                "name another folder, or remove this one to request everything again",
            )

    def count(self) -> int | None:
        """Return the number of shards; None if nothing was begun."""
        plan = self._json(PLAN)
        return None if plan is None else int(plan["shards"])

    def finish(self, number: int, folder: RunFolder, counts: dict[str, Any], through: str = "translate") -> None:
        """Publish a shard that has all its answers: first its files, then their names, and the last stage it did."""
        files: dict[str, PublishedFile] = {}
        for place, shard in enumerate(shards_of(folder.completions)):
            self._upload(f"recordings/{_shard(number)}-{place:05}.parquet", shard, folder, files)
        further = (folder.completions.glob(f"{prefix}-[0-9]*.parquet") for prefix in ("repair*", "queries"))
        for shard in sorted(chain.from_iterable(further)):
            self._upload(f"recordings/{_shard(number)}-{shard.name}", shard, folder, files)
        for path in (folder.recipe, folder.manifest):
            self._upload(f"runs/{_shard(number)}/{path.name}", path, folder, files)
        _, *verdicts = self.databases(number, folder)
        for database in verdicts:
            if database.file.is_file() and database.name.startswith("verdicts/"):
                database.publish()
                files[database.file.relative_to(folder.path).as_posix()] = PublishedFile(database.name, None)
        state: dict[str, Any] = {name: counts[name] for name in ("requested", "completed", "failed")}
        state["through"] = through
        state["files"] = {path: list(file) for path, file in files.items()}
        self.folder.write(f"finished/{_shard(number)}.json", json.dumps(state).encode() + b"\n")
        for database in self.databases(number, folder):
            if database.name.startswith("journals/"):
                self.folder.remove(database.name)

    def _upload(self, name: str, file: Path, folder: RunFolder, files: dict[str, PublishedFile]) -> None:
        self.folder.upload(file, name)
        files[file.relative_to(folder.path).as_posix()] = PublishedFile(name, file_digest(file))

    def states(self, count: int) -> Iterator[ShardState]:
        """Yield how far each shard has come, by what it has published."""
        for number in range(1, count + 1):
            counts = self.finished(number)
            if counts is not None:
                yield ShardState(number, True, counts["completed"], counts["failed"])
                continue
            with tempfile.TemporaryDirectory(prefix="synthcode-") as scratch:
                copy = Path(scratch, "journal.sqlite")
                if not self.folder.download(f"journals/{_shard(number)}.sqlite", copy):
                    yield ShardState(number, False, 0, 0)
                    continue
                with Journal(copy, read_only=True) as journal:
                    found = journal.counts()
                yield ShardState(number, False, found.completed.total(), found.failed.total())

    def _json(self, name: str) -> dict[str, Any] | None:
        content = self.folder.read(name)
        if content is None:
            return None
        try:
            found = orjson.loads(content)
        except orjson.JSONDecodeError:
            found = None
        if not isinstance(found, dict):
            raise InputError(
                f"{self.folder.name}/{name} is damaged", "remove it, and run the shards again: they continue"
            )
        return found


def _shard(number: int) -> str:
    return f"shard-{number:05}"


def finished_shards(address: str, recipe: Recipe, count: int) -> frozenset[int]:
    """Return the shards of a recipe that are finished, without claiming the folder.

    Raises
    ------
    InputError
        If the folder has the shards of another recipe.
    """
    published = PublishedShards(address)
    if published.count() is None:
        return frozenset()
    published.claim(recipe, count)
    return frozenset(state for state in range(1, count + 1) if published.is_finished(state))


def _requests_digest(recipe: Recipe) -> str:
    """Return the digest of all in a recipe that decides which requests are made."""
    # Earlier versions had the shard here: the shards that they have published go on.
    translate = None if recipe.translate is None else {**to_tree(recipe.translate), "shard": None}
    queries = [] if recipe.queries is None else [recipe.queries]
    return digest(to_tree([recipe.seeds, translate, recipe.dedup, recipe.contamination, *queries]))


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
            f"{shards.folder.name}: {len(missing)} of {count} shards are not finished: {named}",
            "run them again, or replay a copy of the recordings to build a dataset without them",
        )


def merge_recipe(recipe: Recipe, shards: PublishedShards) -> Recipe:
    """Return what makes the dataset of all shards: every stage, with the answers that the shards have published."""
    return recorded_recipe(recipe, shards.recordings)


def recorded_recipe(recipe: Recipe, recordings: Path) -> Recipe:
    """Return a recipe that takes its answers from a recording instead of a model."""
    backend = replace(recipe.backend, name="replay", recording=str(recordings), serve=None, base_urls=())
    return replace(recipe, backend=backend)
