"""What a head said of pairs is found again by the pair."""

from __future__ import annotations

import numpy as np
import pytest

from synthcode.evaluation.classification.similarity import HeadSimilarities


def test_scores_of_a_head_belong_to_their_pairs_in_any_order() -> None:
    known = HeadSimilarities(np.array([3, 0, 3]), np.array([1, 2, 0]), np.array([0.3, -1.0, 2.0]))
    assert known.of_pairs(np.array([0, 3, 3, 0]), np.array([2, 0, 1, 2])).tolist() == [-1.0, 2.0, 0.3, -1.0]
    with pytest.raises(AssertionError):
        known.of_pairs(np.array([1]), np.array([3]))  # the head was asked about 3, 1
