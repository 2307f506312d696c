"""Groups of seeds whose programs and texts must never be negatives of each other."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.dedup.clustering.components import DisjointSets
from synthcode.evaluation.retrieval.benchmark import I64
from synthcode.evaluation.training.pairs.tables import SplitTables


def group_seeds(seeds: pa.Array, tables: SplitTables) -> I64:
    """Unite seeds of one split group, and those with equal texts or programs.

    A split group already holds the seeds that near-duplicate programs connect.

    Parameters
    ----------
    seeds
        The ``seed_id`` of all seeds that have programs.
    tables
        Their programs and texts.

    Returns
    -------
    array
        The number of each seed's group, from 0 and without gaps. (seeds,)
    """
    sets = DisjointSets(len(seeds))
    split_groups = pc.rank(tables.problems["cluster_id"], tiebreaker="dense").to_numpy()
    _unite(sets, seeds, tables.problems["seed_id"], split_groups)
    _unite(sets, seeds, tables.texts["seed_id"], tables.texts["key"].to_numpy())
    for key in ("key", "anonymous_key"):
        _unite(sets, seeds, tables.programs["seed_id"], tables.programs[key].to_numpy())
    return np.unique(sets.labels(), return_inverse=True)[1].astype(np.int64)


def _unite(sets: DisjointSets, seeds: pa.Array, named: pa.ChunkedArray, keys: I64) -> None:
    """Unite the seeds whose rows have the same key."""
    place = pc.index_in(named, value_set=seeds)
    known = pc.is_valid(place).to_numpy()
    nodes, keys = pc.drop_null(place).to_numpy().astype(np.int64), keys[known]
    order = np.argsort(keys, kind="stable")
    nodes, keys = nodes[order], keys[order]
    same = keys[1:] == keys[:-1]
    sets.unite(nodes[:-1][same], nodes[1:][same])
