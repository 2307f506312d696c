from __future__ import annotations

import numpy as np
import pytest

from synthcode.dedup.clustering.buckets import all_pairs, bucket_sizes, mixed, pivots, shared_keys


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def test_keys_that_are_not_alone_are_found() -> None:
    places, buckets = shared_keys(np.array([7, 4_294_967_295, 3, 7, 9, 4_294_967_295, 7], dtype=np.uint32))
    assert places.tolist() == [0, 3, 6, 1, 5]
    assert buckets.tolist() == [1, 1, 1, 2, 2]


@pytest.mark.parametrize("keys", [[], [5], [5, 6, 7]])
def test_keys_that_are_all_alone_make_no_bucket(keys: list[int]) -> None:
    places, buckets = shared_keys(np.array(keys, dtype=np.uint32))
    assert places.size == buckets.size == 0


def test_every_entry_knows_the_size_of_its_bucket() -> None:
    assert bucket_sizes(ints(4, 4, 4, 7, 9, 9)).tolist() == [3, 3, 3, 1, 2, 2]


def test_a_bucket_is_mixed_where_its_values_differ() -> None:
    assert mixed(ints(1, 1, 2, 2, 2, 3), ints(5, 5, 5, 6, 5, 0)).tolist() == [False, False, True, True, True, False]
    assert mixed(ints(), ints()).tolist() == []


def test_the_pivot_is_of_the_rarest_label() -> None:
    buckets = ints(1, 1, 1, 1, 2, 2, 2)
    labels = ints(8, 8, 3, 8, 5, 6, 5)
    pivot, first = pivots(buckets, labels)
    assert pivot.tolist() == [2, 2, 2, 2, 5, 5, 5]
    assert first.tolist() == [True, False, True, False, True, True, False]


def test_all_pairs_of_a_bucket_and_none_across() -> None:
    left, right = all_pairs(ints(1, 1, 1, 2, 3, 3))
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 1), (0, 2), (1, 2), (4, 5)]
    assert [part.size for part in all_pairs(ints())] == [0, 0]
