from __future__ import annotations

import numpy as np
import pytest

from synthcode.dedup.clustering.components import DisjointSets


def pairs(*edges: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([a for a, _ in edges], dtype=np.int64), np.array([b for _, b in edges], dtype=np.int64)


def test_alone_a_node_is_its_own_label() -> None:
    assert DisjointSets(3).labels().tolist() == [0, 1, 2]


def test_a_set_is_known_by_its_smallest_node() -> None:
    sets = DisjointSets(7)
    sets.unite(*pairs((5, 6), (3, 5)))
    sets.unite(*pairs((1, 6)))
    assert sets.labels().tolist() == [0, 1, 2, 1, 4, 1, 1]
    assert sets.labels(np.array([6, 2])).tolist() == [1, 2]


def test_a_root_hung_below_several_others_joins_them_all() -> None:
    sets = DisjointSets(5)
    sets.unite(*pairs((4, 3), (4, 2), (4, 1)))
    assert sets.labels().tolist() == [0, 1, 1, 1, 1]


def test_repeats_loops_and_nothing_at_all_change_nothing() -> None:
    sets = DisjointSets(3)
    sets.unite(*pairs((1, 1), (2, 1), (1, 2), (2, 1)))
    sets.unite(*pairs())
    assert sets.labels().tolist() == [0, 1, 1]


@pytest.mark.parametrize("step", [1, -1])
def test_a_chain_of_100_000_nodes_is_one_set(step: int) -> None:
    chain = np.arange(100_000)[::step]
    sets = DisjointSets(chain.size)
    sets.unite(chain[:-1], chain[1:])
    assert (sets.labels() == 0).all()
