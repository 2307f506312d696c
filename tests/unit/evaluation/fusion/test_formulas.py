"""Fusion by hand, and as ranx 0.3.21 computes it: tests/data/ranx_fusion.json holds its runs.

``fuse([first, second], method="rrf", params={"k": 60})``, and ``norm="min-max", method="wsum", weights (0.3, 0.7)``.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from synthcode.evaluation.fusion.formulas import min_max, reciprocal_ranks, summed, weighted

Run = dict[str, dict[str, float]]

RANX: dict[str, Run] = json.loads((Path(__file__).parents[3] / "data" / "ranx_fusion.json").read_text("utf-8"))
DOCUMENTS = sorted(RANX["first"]["q0"], reverse=True)


def block(run: Run) -> np.ndarray:
    """Return a run's scores, (queries, documents); zero where a document is not retrieved."""
    return np.array([[row.get(document, 0.0) for document in DOCUMENTS] for row in run.values()])


def test_reciprocal_ranks_by_hand() -> None:
    first = np.array([[0.9, 0.1, 0.5], [1.0, 1.0, 2.0]], dtype=np.float32)
    expected = [[1 / 61, 1 / 63, 1 / 62], [1 / 62, 1 / 63, 1 / 61]]  # of equal scores the one that stands before
    np.testing.assert_allclose(reciprocal_ranks(first), expected, rtol=0, atol=1e-15)
    words = np.array([[0.0, 3.0, 0.0]], dtype=np.float32)
    np.testing.assert_array_equal(reciprocal_ranks(words, words == 0), [[0.0, 1 / 61, 0.0]])


@pytest.mark.parametrize(("second", "fused"), [("second", "rrf"), ("shorter", "rrf_shorter")])
def test_reciprocal_rank_fusion_is_that_of_ranx(second: str, fused: str) -> None:
    scores = [block(RANX["first"]), block(RANX[second])]
    ours = summed([reciprocal_ranks(one, one == 0) for one in scores])
    np.testing.assert_allclose(ours, block(RANX[fused]), rtol=0, atol=1e-9)


def test_weighted_scores_are_those_of_ranx() -> None:
    ours = weighted(min_max(block(RANX["first"])), min_max(block(RANX["second"])), 0.3)
    np.testing.assert_allclose(ours, block(RANX["weighted_0.3"]), rtol=0, atol=1e-9)


def test_equal_scores_are_scaled_to_zero() -> None:
    np.testing.assert_array_equal(min_max(np.array([[2.0, 2.0], [1.0, 3.0]])), [[0.0, 0.0], [0.0, 1.0]])


def test_documents_with_the_same_ranks_tie_whatever_the_order_of_the_rankings() -> None:
    gains = [np.array([[0.1, 0.3, 0.2]]), np.array([[0.2, 0.1, 0.3]]), np.array([[0.3, 0.2, 0.1]])]
    assert len(np.unique(summed(gains))) == 1
