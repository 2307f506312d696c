"""MaxSim by hand, in blocks of any size."""

from __future__ import annotations

import numpy as np
import pytest

from synthcode.evaluation.representations import colbert
from synthcode.evaluation.representations.colbert import ColBert

QUERY = np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32)
DOCUMENTS = [
    np.array([[0.5, 0.25], [0.0, 1.0]], dtype=np.float32),  # 0.5 + 1
    np.empty((0, 2), dtype=np.float32),  # no token that is scored
    np.array([[2.0, -1.0]], dtype=np.float32),  # 2 - 1
    np.array([[0.5, 0.25], [0.0, 1.0]], dtype=np.float32),  # as the first
]


@pytest.mark.parametrize("numbers", [1, 4, 1 << 20])
def test_max_sim_by_hand(numbers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(colbert, "BLOCK_NUMBERS", numbers)
    model = ColBert.__new__(ColBert)
    model.width = 2
    (block,) = model.score_blocks([QUERY, QUERY[:1]], DOCUMENTS)
    np.testing.assert_array_equal(block, [[1.5, -np.inf, 1.0, 1.5], [0.5, -np.inf, 2.0, 0.5]])
