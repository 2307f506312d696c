"""Groups of seeds that must stay together, from more than one cause."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.dedup.clustering.components import DisjointSets
from synthcode.schemas.tables import SPLIT_GROUPS


def unite_groups(ties: pa.Table, more: pa.Table) -> pa.Table:
    """Unite the groups of seeds that a further cause ties.

    Parameters
    ----------
    ties
        Schema ``SPLIT_GROUPS``: every seed once, with its group.
    more
        ``seed_id`` and one column of keys: seeds with the same key belong together.

    Returns
    -------
    pa.Table
        Schema ``SPLIT_GROUPS``, sorted by ``seed_id``. A united group keeps the smallest of its names.
    """
    ties = ties.sort_by([("cluster_id", "ascending"), ("seed_id", "ascending")])
    seeds = ties.column("seed_id").combine_chunks()
    groups = pc.rank(ties.column("cluster_id"), tiebreaker="dense").to_numpy() - 1
    sets = DisjointSets(ties.num_rows)
    _unite_equal(sets, np.arange(ties.num_rows), groups)
    place = pc.index_in(more.column("seed_id"), value_set=seeds)
    known = pc.is_valid(place)
    keys = pc.rank(more.column(1), tiebreaker="dense").filter(known).to_numpy()
    _unite_equal(sets, place.filter(known).to_numpy().astype(np.int64), keys)
    # Nodes are numbered by the name of their group: the label of a set is the seed whose group's name is smallest.
    names = ties.column("cluster_id").take(pa.array(sets.labels()))
    return pa.table([ties.column("seed_id"), names], schema=SPLIT_GROUPS).sort_by("seed_id")


def _unite_equal(sets: DisjointSets, nodes: np.ndarray, keys: np.ndarray) -> None:
    """Unite the nodes that have the same key."""
    order = np.argsort(keys, kind="stable")
    nodes, keys = nodes[order], keys[order]
    same = keys[1:] == keys[:-1]
    sets.unite(nodes[:-1][same], nodes[1:][same])
