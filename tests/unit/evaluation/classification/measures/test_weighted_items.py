"""Measures equal scikit-learn's, weights included, and CodeXGLUE's published formulas."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from synthcode.evaluation.classification.measures.weighted_items import (
    ByScore,
    average_precision_at_r,
    macro_f1,
    precision_recall_f1,
)


def items(random_seed: int, ties: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(random_seed)
    positive = generator.random(500) < 0.3
    scores = generator.normal(size=500) + positive
    return (np.round(scores) if ties else scores), positive, generator.integers(0, 4, 500).astype(np.float64)


@pytest.mark.parametrize("random_seed", range(4))
@pytest.mark.parametrize("ties", [False, True])
def test_ap_and_auc_are_scikit_learn_s(random_seed: int, ties: bool) -> None:
    scores, positive, weights = items(random_seed, ties)
    ours = ByScore(scores, positive)
    for weight in (np.ones(500), weights):
        expected = metrics.average_precision_score(positive, scores, sample_weight=weight)
        assert ours.average_precision(weight) == pytest.approx(expected, abs=1e-9)
        expected = metrics.roc_auc_score(positive, scores, sample_weight=weight)
        assert ours.roc_auc(weight) == pytest.approx(expected, abs=1e-9)


def test_ap_and_auc_by_hand() -> None:
    ours = ByScore(np.array([0.9, 0.8, 0.7, 0.1]), np.array([True, False, True, False]))
    assert ours.average_precision(np.ones(4)) == pytest.approx((1 + 2 / 3) / 2)
    assert ours.roc_auc(np.ones(4)) == pytest.approx(3 / 4)
    assert ours.best_threshold() == pytest.approx(0.4)  # F1 4/5, and 2/3 above 0.85
    assert np.isnan(ours.roc_auc(np.array([1.0, 0, 1, 0])))
    assert np.isnan(ours.average_precision(np.array([0.0, 1, 0, 1])))


@pytest.mark.parametrize("random_seed", [0, 1, *(pytest.param(more, marks=pytest.mark.slow) for more in (2, 3))])
def test_the_threshold_has_the_highest_f1_of_all(random_seed: int) -> None:
    scores, positive, _ = items(random_seed, ties=random_seed % 2 == 0)
    threshold = ByScore(scores, positive).best_threshold()
    every = [metrics.f1_score(positive, scores >= other) for other in np.unique(scores)]
    assert metrics.f1_score(positive, scores >= threshold) == pytest.approx(max(every), abs=1e-12)


@pytest.mark.parametrize("random_seed", range(4))
def test_f1_is_scikit_learn_s(random_seed: int) -> None:
    scores, positive, weights = items(random_seed, ties=False)
    predicted = scores > 0.5
    for weight in (np.ones(500), weights):
        expected = metrics.precision_recall_fscore_support(
            positive, predicted, average="binary", sample_weight=weight, zero_division=0
        )[:3]
        assert precision_recall_f1(predicted, positive, weight) == pytest.approx(expected, abs=1e-9)
        labels, guesses = np.digitize(scores, [0, 1]), np.digitize(scores[::-1], [-0.2, 1])
        expected = metrics.f1_score(labels, guesses, average="macro", sample_weight=weight)
        assert macro_f1(guesses, labels, weight) == pytest.approx(expected, abs=1e-9)
    nothing = np.zeros(500, dtype=bool)
    assert precision_recall_f1(nothing, positive, weights) == (0, 0, 0)


def test_average_precision_at_r_is_codexglue_s() -> None:
    """CodeXGLUE: the sum over hits of (hits so far) / rank, divided by the number of answers."""
    generator = np.random.default_rng(0)
    for number in (1, 3, 20):
        relevant = generator.random(40) < 0.4
        hits = []
        for rank, is_hit in enumerate(relevant[:number]):
            if is_hit:
                hits.append((len(hits) + 1) / (rank + 1))
        assert average_precision_at_r(relevant, number) == pytest.approx(sum(hits) / number, abs=1e-12)
    # The example in its README: answers of six queries, of which two are found in 1 of 2 places, ...
    readme = [[0, 1], [1, 0], [1, 1], [0, 1], [1, 0], [1, 1]]
    values = [average_precision_at_r(np.array(row, dtype=bool), 2) for row in readme]
    assert values == [0.25, 0.5, 1, 0.25, 0.5, 1]
