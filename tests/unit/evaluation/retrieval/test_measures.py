from __future__ import annotations

import math

import numpy as np
import pytest

from synthcode.evaluation.retrieval.measures import MEASURES, QueryRanks

RANKS = QueryRanks(np.array([0, 1, 3, 4]), np.array([2, 1, 12, 11], np.int32))
"""Three queries: one document at 2; two at 1 and 12; one at 11."""

BY_HAND = {
    "MRR@10": [1 / 2, 1, 0],
    "nDCG@10": [1 / math.log2(3), 1 / (1 + 1 / math.log2(3)), 0],
    "R@1": [0, 1 / 2, 0],
    "R@5": [1, 1 / 2, 0],
    "R@10": [1, 1 / 2, 0],
    "MAP": [1 / 2, (1 + 2 / 12) / 2, 1 / 11],
}


@pytest.mark.parametrize("name", MEASURES)
def test_by_hand(name: str) -> None:
    np.testing.assert_allclose(MEASURES[name](RANKS), BY_HAND[name], rtol=1e-15)
