from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from synthcode.dedup.clustering.candidate_pairs import Entries, link, partitions
from synthcode.dedup.clustering.components import DisjointSets
from synthcode.dedup.clustering.similarity import Similarity
from synthcode.dedup.documents import Documents, read_programs
from synthcode.dedup.minhash.sketches import SketchConfig
from synthcode.schemas.tables import PROGRAMS
from synthcode.storage.large_tables.spill import SpillStore

LINE = "the quick brown fox jumps over the lazy dog and "
TEXTS = [LINE + "sleeps", LINE + "sleepy", LINE + "slept", "nothing like it"]


@pytest.fixture(scope="module")
def documents() -> Documents:
    ids = [str(place) for place in range(len(TEXTS))]
    table = pa.table([ids, ids, ["c"] * len(ids), ["seed"] * len(ids), TEXTS], schema=PROGRAMS)
    return read_programs([table], SketchConfig(5, 256, 0.7, 0), SpillStore(), map)[1]


def linked(
    documents: Documents,
    groups: tuple[int, ...] = (0, 0, 0, 0),
    kinds: tuple[int, ...] = (0, 1, 2, 3),
    nodes: tuple[int, ...] = (0, 1, 2, 3),
    threshold: float = 0.7,
) -> tuple[list[int], int]:
    """Return the labels of the sets, and how many pairs were compared."""
    sets, similarity = DisjointSets(len(TEXTS)), Similarity(documents, 5, threshold)
    columns = (np.array(column, dtype=np.int64) for column in ((0, 1, 2, 3), nodes, groups, kinds))
    link(Entries(*columns), documents.band_keys(), similarity, sets)
    return sets.labels().tolist(), similarity.compared


def test_what_is_alike_is_joined(documents: Documents) -> None:
    labels, compared = linked(documents)
    assert labels == [0, 0, 0, 3]
    assert compared == 2


def test_groups_are_not_compared(documents: Documents) -> None:
    assert linked(documents, groups=(0, 1, 0, 0)) == ([0, 1, 0, 3], 1)


def test_groups_whose_keys_collide_are_not_compared_either(documents: Documents) -> None:
    assert linked(documents, groups=(0, 1 << 32, 1 << 33, 0)) == ([0, 1, 2, 3], 0)


def test_entries_of_one_kind_are_not_compared(documents: Documents) -> None:
    assert linked(documents, kinds=(5, 5, 5, 5)) == ([0, 1, 2, 3], 0)
    assert linked(documents, kinds=(5, 5, 6, 5))[0] == [0, 0, 0, 3]
    assert linked(documents, kinds=(5, 5, 6, 5), nodes=(0, 1, 3, 2))[0] == [0, 0, 2, 0]
    assert linked(documents, threshold=0.95)[0] == [0, 0, 2, 3]
    assert linked(documents, threshold=0.95, kinds=(5, 5, 6, 5))[0] == [0, 1, 2, 3]


def test_keys_are_cut_by_ranges_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("synthcode.dedup.clustering.candidate_pairs.ENTRIES_AT_ONCE", 3)
    keys = np.array([2**32 - 1, 0, 2**31, 5, 2**31 - 1, 0, 2**32 - 1, 2**30], dtype=np.uint32)
    parts = [part.tolist() for part in partitions(keys)]
    assert parts == [[1, 3, 5, 7], [2, 4], [0, 6]]
    assert [part.tolist() for part in partitions(keys[:3])] == [[0, 1, 2]]


def test_entries_of_one_set_are_not_compared(documents: Documents) -> None:
    assert linked(documents, nodes=(2, 2, 2, 0)) == ([0, 1, 2, 3], 0)


def test_without_entries_nothing_is_compared_and_each_node_stays_a_set_of_its_own(documents: Documents) -> None:
    empty = np.empty(0, dtype=np.int64)
    sets, similarity = DisjointSets(3), Similarity(documents, 5, 0.7)
    link(Entries(empty, empty, empty, empty), documents.band_keys(), similarity, sets)
    assert (sets.labels().tolist(), similarity.compared) == ([0, 1, 2], 0)
