"""Joining the answers of shards that ran on several machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from synthcode.errors import InputError
from synthcode.identity import digest, file_digest
from synthcode.llm.seed_shard import SeedShard
from synthcode.pipelines.runs.recipe import Recipe, load_recipe
from synthcode.pipelines.shards.place import shard_of
from synthcode.pipelines.steps.queries.judging import PREFIX as QUERIES
from synthcode.pipelines.tables.repairs import STAGE
from synthcode.schemas.tables import COMPLETIONS, QUERY_COMPLETIONS, REPAIR_COMPLETIONS
from synthcode.seeds.adapters.registry import is_remote
from synthcode.storage.layout import RunFolder
from synthcode.storage.manifest import Manifest
from synthcode.storage.shards import ShardWriter, read_batches, shards_of
from synthcode.strict_settings import to_tree

if TYPE_CHECKING:
    from synthcode.verification.config import VerifyConfig

_MACHINE = ("backend", "execution", "executor", "memory", "shard")
"""Keys of a recipe that say how and where, not what: they may differ."""
_ANSWER = ("request_id", "text", "error")


@dataclass(frozen=True)
class Shard:
    """A run directory that holds the answers of one shard."""

    folder: RunFolder
    place: SeedShard
    recipe: Recipe
    answered: Mapping[str, str]
    """SHA-256 of the tables of its completions, those of repairs among them, by path."""
    seeds: Mapping[str, str]
    """SHA-256 of the tables of all seeds, by path."""

    @property
    def completions(self) -> list[Path]:
        """The tables of completions."""
        return shards_of(self.folder.completions)

    @property
    def repairs(self) -> list[Path]:
        """The tables of the completions of repairs, if it has any."""
        return sorted(self.folder.path / name for name in self.answered if Path(name).name.startswith(STAGE))

    @property
    def queries(self) -> list[Path]:
        """The tables of the completions of queries, if it has any."""
        return sorted(self.folder.path / name for name in self.answered if Path(name).name.startswith(QUERIES))


class Merged(NamedTuple):
    """What joining came to."""

    answers: int
    failures: int
    """Requests that no shard has an answer for."""
    conflicts: int
    """Requests that shards answer differently; the answer whose digest is smallest is kept."""


def open_shard(path: Path) -> Shard:
    """Read what a shard is.

    Raises
    ------
    InputError
        If the folder is not the run of a shard, not all of its requests have an outcome, or its answers are damaged.
    """
    folder = RunFolder(path)
    if not folder.is_run:
        raise InputError(f"{path} is not a run directory", "name folders that 'synthcode run --shard I/N --out' made")
    recipe, manifest = load_recipe(str(folder.recipe)), Manifest(path)
    place = shard_of(recipe)
    if place is None:
        raise InputError(f"{path} is a whole run, not a shard", "name folders that 'run --shard I/N' made")
    needed = ("translate", "queries") if recipe.queries is not None else ("translate",)
    if not all(name in manifest.stages and manifest.stages[name].complete for name in needed):
        raise InputError(
            f"{path}: shard {place.number}/{place.count} is not finished",
            "run it again with the same command: it continues where it was",
        )
    answered = _answered(manifest)
    for name, sha in answered.items():
        if not (path / name).is_file() or file_digest(path / name) != sha:
            raise InputError(
                f"{path / name} is damaged or was changed since shard {place.number}/{place.count} wrote it",
                "run the shard again with --force: no finished request is sent again",
            )
    seeds = {name: output.sha256 for name, output in manifest.stages["seeds"].outputs.items()}
    return Shard(folder, place, recipe, answered, seeds)


def _answered(manifest: Manifest) -> dict[str, str]:
    """Return the digest of each table of completions."""
    stages = ("translate", STAGE, "queries")
    digests = {name: sha for stage in stages for name, sha in manifest.output_digests(stage).items()}
    return {name: sha for name, sha in digests.items() if name.startswith("completions/")}


def check_shards(shards: Sequence[Shard], *, partial: bool = False) -> Recipe:
    """Return the recipe that all shards are of.

    Parameters
    ----------
    shards
        In any order; one may be there twice.
    partial
        Whether shards may be missing.

    Raises
    ------
    InputError
        If they are of different recipes, seeds or numbers of shards, or one is missing.
    """
    first = shards[0]
    for other in shards[1:]:
        pair = f"{first.folder.path} and {other.folder.path}"
        if other.place.count != first.place.count:
            raise InputError(
                f"{pair} are of {first.place.count} and of {other.place.count} shards", "name the shards of one run"
            )
        if key := _different_key(first.recipe, other.recipe):
            raise InputError(f"{pair} differ in {key}", "name the shards of one recipe")
        if other.seeds != first.seeds:
            raise InputError(f"{pair} have read different seeds", "run the shards with the same files of seeds")
    there = {shard.place.number for shard in shards}
    missing = [str(number) for number in range(1, first.place.count + 1) if number not in there]
    if missing and not partial:
        named = ", ".join(missing[:10]) + (", ..." if len(missing) > 10 else "")
        raise InputError(
            f"{len(missing)} of {first.place.count} shards are missing: {named}",
            "name all of them, or give --partial to build a dataset of those that are there",
        )
    readable = (shard.recipe for shard in shards if _has_seeds(shard.recipe))
    return replace(next(readable, first.recipe), shard=None, verify=_verify(shards))


def _has_seeds(recipe: Recipe) -> bool:
    """Return whether the recipe's seeds are on this machine."""
    return recipe.seeds is not None and (is_remote(recipe.seeds) or Path(recipe.seeds.path or "").exists())


def _verify(shards: Sequence[Shard]) -> VerifyConfig | None:
    """Return how translations are verified: a cache of verdicts is used if all shards name it."""
    configs = [shard.recipe.verify for shard in shards if shard.recipe.verify is not None]
    caches = {None if shard.recipe.verify is None else shard.recipe.verify.cache for shard in shards}
    return replace(configs[0], cache=caches.pop() if len(caches) == 1 else None) if configs else None


def merge_recordings(shards: Sequence[Shard], recordings: Path) -> Merged:
    """Write one recording of all shards: of each request one row, whatever the order of the shards.

    Parameters
    ----------
    shards
        Shards that ``check_shards`` accepts.
    recordings
        A folder; an earlier recording in it is replaced.

    Raises
    ------
    InputError
        If a table of a shard is damaged.
    """
    ordered = sorted(shards, key=lambda shard: (shard.place.number, _contents(shard)))
    best: dict[str, tuple[bool, str, int]] = {}
    differing: set[str] = set()
    for place, shard in enumerate(ordered):
        for request, text, error in _rows(shard):
            found = (error is not None, digest(text, error), place)
            known = best.get(request)
            if known is not None and not known[0] and not found[0] and known[1] != found[1]:
                differing.add(request)
            if known is None or found < known:
                best[request] = found
    for schema, prefix, tables in (
        (COMPLETIONS, "part", [shard.completions for shard in ordered]),
        (REPAIR_COMPLETIONS, STAGE, [shard.repairs for shard in ordered]),
        (QUERY_COMPLETIONS, QUERIES, [shard.queries for shard in ordered]),
    ):
        with ShardWriter(recordings, schema, prefix) as writer:
            for place, files in enumerate(tables):
                for table in read_batches(files, schema.names):
                    mine = [best[name][2] == place for name in table["request_id"].to_pylist()]
                    writer.write(table.filter(pa.array(mine, pa.bool_())))
            writer.commit()
    failures = sum(is_failure for is_failure, _, _ in best.values())
    return Merged(len(best) - failures, failures, len(differing))


def _contents(shard: Shard) -> str:
    return digest(dict(shard.answered))


def _rows(shard: Shard) -> Iterator[tuple[str, str | None, str | None]]:
    for table in read_batches([*shard.completions, *shard.repairs, *shard.queries], _ANSWER):
        yield from zip(*(table[name].to_pylist() for name in _ANSWER), strict=True)


def _what(recipe: Recipe) -> dict[str, Any]:
    """Return all of a recipe that decides what comes out."""
    tree = {key: value for key, value in to_tree(recipe).items() if key not in _MACHINE}
    if recipe.seeds is not None and not is_remote(recipe.seeds):
        del tree["seeds"]["path"]  # the digests of the seeds are compared
    if tree["verify"] is not None:
        tree["verify"] = {key: value for key, value in tree["verify"].items() if key != "cache"}
    return tree


def _different_key(one: Recipe, other: Recipe) -> str:
    """Return a key that decides what comes out, and that two recipes differ in; empty if there is none.

    A shard may be verified where another is not yet: the merged run verifies what is left.
    """
    no_verify = {"verify": None} if None in (one.verify, other.verify) else {}
    return _difference(_what(one) | no_verify, _what(other) | no_verify)


def _difference(one: Any, other: Any, key: str = "") -> str:
    """Return the first key that two trees differ in; empty if they are equal."""
    if not (isinstance(one, Mapping) and isinstance(other, Mapping)):
        return "" if one == other else key
    names = dict.fromkeys([*one, *other])
    found = (_difference(one.get(name), other.get(name), f"{key}.{name}".strip(".")) for name in names)
    return next(filter(None, found), "")
