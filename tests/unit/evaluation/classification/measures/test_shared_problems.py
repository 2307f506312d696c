"""Intervals of pairs that share problems are as wide as the measures vary from sample to sample."""

from __future__ import annotations

import numpy as np
import pytest

from synthcode.evaluation.classification.measures.shared_problems import pair_shares, pair_spread
from synthcode.evaluation.classification.measures.weighted_items import precision_recall_f1


def test_the_variance_counts_a_pair_of_two_problems_once() -> None:
    first, second = np.array([0, 0, 1]), np.array([0, 1, 2])
    # Problems have 9 + 1, 1 + 2 and 2, less their mean: 5, -2 and -3. Pairs of two problems have 1 and 2.
    spread = pair_spread(np.array([[9.0, 1.0, 2.0]]), first, second, 3)
    assert spread.scales == pytest.approx([np.sqrt((25 + 4 + 9 - 5) / (25 + 4 + 9 + 5))])


def test_pairs_of_one_problem_need_no_correction() -> None:
    places = np.arange(4)
    spread = pair_spread(np.array([[1.0, -2.0, 3.0, -2.0], [0.0] * 4]), places, places, 4)
    assert spread.scales.tolist() == [1.0, 1.0]


def test_problems_that_outweigh_others_leave_few_degrees_of_freedom() -> None:
    places = np.arange(20)
    alike, one_heavy = np.where(places % 2, 1.0, -1.0), np.where(places == 0, 1.0, 0.01)
    normal = np.random.default_rng(0).standard_normal(20)
    freedom = pair_spread(np.array([alike, normal, one_heavy, np.zeros(20)]), places, places, 20).freedom
    squares = (normal - normal.mean()) ** 2
    expected = 2 * squares.sum() ** 2 / ((squares**2).sum() - squares.sum() ** 2 / 20)
    assert freedom == pytest.approx([19, min(expected, 19), 3, 19])


def test_a_variance_stays_above_zero() -> None:
    # Each problem's pairs cancel out.
    first, second = np.array([0, 1, 2]), np.array([1, 2, 0])
    assert pair_spread(np.array([[1.0, 1.0, -2.0]]), first, second, 3).scales[0] > 0


def test_shares_are_derivatives() -> None:
    random = np.random.default_rng(0)
    scores, positive, weights = random.random(40), np.arange(40) % 3 == 0, 1 + random.random(40)
    shares = pair_shares(scores, positive, weights, [0.4])
    assert shares.shape == (5, 40)
    for kind in (positive, ~positive):
        assert np.abs(shares[:, kind].sum(axis=1)).max() < 1e-12  # twice the weight of every clone changes nothing
    step = np.where(np.arange(40) == 3, 1e-6, 0) - np.where(np.arange(40) == 6, 1e-6, 0)  # from a clone to another
    by = precision_recall_f1(scores >= 0.4, positive, weights + step)
    now = precision_recall_f1(scores >= 0.4, positive, weights)
    expected = (np.array(by) - now) / 1e-6
    assert shares[:3, 3] / weights[3] - shares[:3, 6] / weights[6] == pytest.approx(expected, abs=1e-4)
    assert not pair_shares(scores, positive | True, weights, [0.4])[3:].any()
