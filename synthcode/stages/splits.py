"""Splits that nothing leaks through: whole groups of seeds, the same whatever the order of rows."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from annotated_types import Ge, Le

from synthcode.errors import InputError, SynthcodeError
from synthcode.identity import digest
from synthcode.stages.dedup.components import DisjointSets
from synthcode.stages.dedup.duplicates import DedupConfig
from synthcode.stages.dedup.exhaustive import all_similarities
from synthcode.stages.dedup.shingles import I64

SPLITS = ("train", "validation", "test")

SAMPLE = 400
"""Programs of each split that are compared with those of the others."""

_SAMPLE_COLUMNS = {
    "rank": pa.uint32(),
    "program_id": pa.string(),
    "code": pa.large_string(),
    "split": pa.string(),
}

SPLIT_TABLE = pa.schema([pa.field(name, pa.string(), nullable=False) for name in ("seed_id", "cluster_id", "split")])


@dataclass(frozen=True)
class SplitConfig:
    """The share of seeds in each split."""

    train: Annotated[float, Ge(0), Le(1)] = 0.8
    validation: Annotated[float, Ge(0), Le(1)] = 0.1
    test: Annotated[float, Ge(0), Le(1)] = 0.1
    random_seed: Annotated[int, Ge(0)] = 0
    """Another one draws other splits."""

    def __post_init__(self) -> None:
        if not math.isclose(sum(self.fractions.values()), 1.0, abs_tol=1e-6):
            raise InputError(
                f"the splits' fractions {list(self.fractions.values())} do not sum to 1",
                "give train, validation and test fractions that do, such as 0.8, 0.1 and 0.1",
            )

    @property
    def fractions(self) -> dict[str, float]:
        """The share of each split."""
        return {"train": self.train, "validation": self.validation, "test": self.test}


def assign_splits(groups: pa.Table, config: SplitConfig) -> pa.Table:
    """Assign every seed to a split; seeds that share a cluster or a repository go together.

    Groups are taken in an order drawn by ``random_seed``, each by the split that lacks most, so that a split exceeds
    its share by less than one group. A group that is larger than the smallest share goes first, and to the largest
    split. Where there are as many groups as splits with a share, none of these stays empty.

    Parameters
    ----------
    groups
        ``seed_id``, ``cluster_id``; optionally ``repository`` (null where not known) and ``weight`` (what is shared
        out; without it every seed counts 1).
    config
        The shares.

    Returns
    -------
    pa.Table
        ``seed_id``, ``cluster_id``, ``split``, sorted by ``seed_id``.
    """
    groups = groups.sort_by("seed_id")
    members = _components(groups)
    names, which = np.unique(members, return_inverse=True)
    weights = np.ones(groups.num_rows)
    if "weight" in groups.column_names:
        weights = groups["weight"].to_numpy().astype(np.float64)
    sizes = np.bincount(which, weights=weights, minlength=names.size).tolist()
    keys = [digest("split", config.random_seed, seed) for seed in groups["seed_id"].take(names).to_pylist()]
    shares = {split: share for split, share in config.fractions.items() if share > 0}
    taken = _share_out(sizes, keys, shares)
    split = pa.array([taken[group] for group in which.tolist()], pa.string())
    return pa.table([groups["seed_id"], groups["cluster_id"], split], schema=SPLIT_TABLE)


def _components(groups: pa.Table) -> I64:
    """Return, for each seed, the first one that it shares a cluster or repository with, directly or not."""
    rows = np.arange(groups.num_rows)
    sets = DisjointSets(groups.num_rows)
    for column in ("cluster_id", "repository"):
        if column in groups.column_names:
            values = groups[column].combine_chunks()
            known = rows[pc.is_valid(values).to_numpy(zero_copy_only=False)]
            codes = values.dictionary_encode().indices.drop_null().to_numpy()
            _, first, which = np.unique(codes, return_index=True, return_inverse=True)
            sets.unite(known, known[first[which]])
    return sets.labels()


def _share_out(sizes: Sequence[float], keys: Sequence[str], shares: Mapping[str, float]) -> list[str]:
    """Return the split of each group."""
    lacking = {split: share * sum(sizes) for split, share in shares.items()}
    least, largest = min(lacking.values(), default=0.0), max(shares, key=lambda split: shares[split])
    empty = set(shares)
    split_of = [""] * len(sizes)
    # What no small split could hold comes first, the largest before the others; the rest in drawn order.
    order = sorted(range(len(sizes)), key=lambda group: (-sizes[group] if sizes[group] > least else 0.0, keys[group]))
    for done, group in enumerate(order):
        if len(order) - done <= len(empty):
            split = max((split for split in lacking if split in empty), key=lambda split: lacking[split])
        elif sizes[group] > least:
            split = largest
        else:
            split = max(lacking, key=lambda split: lacking[split])
        split_of[group] = split
        lacking[split] -= sizes[group]
        empty.discard(split)
    return split_of


def check_disjoint(
    groups: pa.Table, splits: pa.Table, read: Callable[[], Iterable[pa.Table]], config: DedupConfig
) -> int:
    """Prove that no seed, cluster or repository is in two splits, and look for leaks in a sample of programs.

    Parameters
    ----------
    groups
        ``seed_id``, ``cluster_id`` and, where known, ``repository``.
    splits
        ``seed_id`` and ``split``.
    read
        Opens the programs (``program_id``, ``seed_id``, ``code``). Of each split ``SAMPLE`` of them are compared with
        all those of the other splits, whatever their language; which ones depends on ``program_id`` alone.
    config
        How alike two programs must be to count as duplicates.

    Returns
    -------
    int
        Pairs of programs that were compared.

    Raises
    ------
    SynthcodeError
        Where something is in two splits, a seed is in none, or programs of two splits are alike.
    """
    seed_ids = splits["seed_id"]
    _refuse_shared("seed_id", seed_ids, splits["split"])
    split = splits["split"].take(pc.index_in(groups["seed_id"], value_set=seed_ids.combine_chunks()))
    missing = groups["seed_id"].filter(pc.is_null(split))
    if len(missing):
        raise SynthcodeError(f"{len(missing)} seeds are in no split, such as {missing[0]}", "assign every seed")
    for column in ("cluster_id", "repository"):
        if column in groups.column_names:
            _refuse_shared(column, groups[column], split)
    sample = _sample(read(), splits)
    _refuse_alike(sample, config)
    counts: list[int] = pc.value_counts(sample["split"]).field("counts").to_pylist()
    return (sum(counts) ** 2 - sum(count**2 for count in counts)) // 2


def _refuse_shared(what: str, values: pa.ChunkedArray, splits: pa.ChunkedArray) -> None:
    table = pa.table({"value": values, "split": splits}).filter(pc.is_valid(values))
    found = table.group_by("value").aggregate([("split", "count_distinct")])
    shared = found.filter(pc.greater(found["split_count_distinct"], 1))["value"].sort()
    if len(shared):
        raise SynthcodeError(
            f"{len(shared)} values of {what} are in more than one split: {_first_few(shared.to_pylist())}",
            "assign splits by whole groups: assign_splits does",
        )


def _sample(tables: Iterable[pa.Table], splits: pa.Table) -> pa.Table:
    """Return up to ``SAMPLE`` programs of each split: those with the smallest checksums of their ids."""
    chosen = pa.table({name: pa.array([], kind) for name, kind in _SAMPLE_COLUMNS.items()})
    for table in tables:
        place = pc.index_in(table["seed_id"], value_set=splits["seed_id"].combine_chunks())
        ids = table["program_id"].to_pylist()
        columns = {
            "rank": pa.array([zlib.crc32(name.encode()) for name in ids], pa.uint32()),
            "program_id": table["program_id"],
            "code": pc.cast(table["code"], pa.large_string()),
            "split": splits["split"].take(place),
        }
        chosen = pa.concat_tables([chosen, pa.table(columns).cast(chosen.schema)])
        chosen = chosen.sort_by([("rank", "ascending"), ("program_id", "ascending")])
        chosen = pa.concat_tables(chosen.filter(pc.equal(chosen["split"], split)).slice(0, SAMPLE) for split in SPLITS)
    return chosen


def _refuse_alike(sample: pa.Table, config: DedupConfig) -> None:
    similarities = all_similarities(sample["code"].combine_chunks(), config.ngram)
    split = pc.index_in(sample["split"], value_set=pa.array(SPLITS)).to_numpy()
    similarities[split[:, None] >= split[None, :]] = 0.0
    left, right = np.nonzero(similarities >= config.threshold)
    if left.size:
        names = sample["program_id"].to_pylist()
        pairs = [f"{names[a]} and {names[b]} ({similarities[a, b]:.2f})" for a, b in zip(left, right, strict=True)]
        raise SynthcodeError(
            f"{len(pairs)} pairs of alike programs are in two splits: {_first_few(pairs)}",
            "raise dedup.num_perm, or change dedup.random_seed, and run dedup again: MinHash has missed them",
        )


def _first_few(offenders: Sequence[str]) -> str:
    return ", ".join(offenders[:5]) + (", ..." if len(offenders) > 5 else "")
