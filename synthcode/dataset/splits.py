"""Splits that nothing leaks through: whole groups of seeds, the same whatever the order of rows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from annotated_types import Ge, Le

from synthcode.dedup.clustering.components import DisjointSets
from synthcode.dedup.texts import I64
from synthcode.errors import InputError
from synthcode.identity import digest
from synthcode.vocabulary import SPLITS

SPLIT_TABLE = pa.schema([pa.field(name, pa.string(), nullable=False) for name in ("seed_id", "cluster_id", "split")])


@dataclass(frozen=True)
class SplitConfig:
    """The share of seeds in each split."""

    train: Annotated[float, Ge(0), Le(1)] = 0.8
    """Share of train."""
    validation: Annotated[float, Ge(0), Le(1)] = 0.1
    """Share of validation. The three shares sum to 1."""
    test: Annotated[float, Ge(0), Le(1)] = 0.1
    """Share of test."""
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
    split. If there are as many groups as splits with a share, none of these stays empty; the same holds for groups with
    pairs, where ``has_pairs`` says which have some.

    Parameters
    ----------
    groups
        ``seed_id``, ``cluster_id``; optionally ``repository`` (null where not known) and ``weight`` (what is shared
        out; without it every seed counts 1), and ``has_pairs`` (whether the seed has a translation).
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
    if "has_pairs" in groups.column_names:
        paired = np.bincount(which, weights=groups["has_pairs"].to_numpy().astype(np.float64), minlength=names.size) > 0
        _fill_empty(taken, [group for group in range(names.size) if paired[group]], sizes, keys, shares)
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


def _fill_empty(
    split_of: list[str],
    paired: Sequence[int],
    sizes: Sequence[float],
    keys: Sequence[str],
    shares: Mapping[str, float],
) -> None:
    """Move groups with pairs, the smallest first, into splits without any, as long as no other split loses its last.

    ``paired`` are the groups with pairs. Nothing moves if every split with a share has one.
    """
    for split in sorted(shares, key=lambda name: (-shares[name], -SPLITS.index(name))):
        counts = Counter(split_of[group] for group in paired)
        donor = max(shares, key=lambda name: (counts[name], shares[name]))
        if counts[split] == 0 and counts[donor] > 1:
            movable = [group for group in paired if split_of[group] == donor]
            split_of[min(movable, key=lambda group: (sizes[group], keys[group]))] = split
