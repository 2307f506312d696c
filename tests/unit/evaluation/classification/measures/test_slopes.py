"""Derivatives of measures equal what the measures change by when a weight does."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from synthcode.evaluation.classification.measures.slopes import (
    RankedSlopes,
    macro_f1_slopes,
    mean_slopes,
    precision_recall_f1_slopes,
)
from synthcode.evaluation.classification.measures.weighted_items import ByScore, macro_f1, precision_recall_f1

STEP = 1e-6


def differences(measure: Callable[[np.ndarray], float], weights: np.ndarray) -> np.ndarray:
    """Return the derivative by each weight, from two values of the measure."""
    found = []
    for place in range(len(weights)):
        more, less = weights.copy(), weights.copy()
        more[place] += STEP
        less[place] -= STEP
        found.append((measure(more) - measure(less)) / (2 * STEP))
    return np.array(found)


@pytest.fixture(scope="module")
def drawn() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores with many ties, labels and uneven weights of 60 items."""
    random = np.random.default_rng(4)
    positive = random.random(60) < 0.4
    return np.round(random.normal(size=60) + positive, 1), positive, random.uniform(0.5, 2, 60)


def test_ranked_measures(drawn: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    scores, positive, weights = drawn
    measures, slopes = ByScore(scores, positive), RankedSlopes(scores, positive, weights)
    assert slopes.average_precision() == pytest.approx(differences(measures.average_precision, weights), abs=1e-7)
    assert slopes.roc_auc() == pytest.approx(differences(measures.roc_auc, weights), abs=1e-7)


def test_measures_of_predictions(drawn: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    scores, positive, weights = drawn
    predicted = scores > 0.3
    for place, found in enumerate(precision_recall_f1_slopes(predicted, positive, weights)):

        def measure(changed: np.ndarray, place: int = place) -> float:
            return precision_recall_f1(predicted, positive, changed)[place]

        assert found == pytest.approx(differences(measure, weights), abs=1e-7)
    assert mean_slopes(scores, weights) == pytest.approx(
        differences(lambda changed: float(np.average(scores, weights=changed)), weights), abs=1e-7
    )


def test_macro_f1_of_three_labels(drawn: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    scores, positive, weights = drawn
    predicted, labels = np.digitize(scores, [0, 1]), positive.astype(np.int64) + (weights > 1.2)
    found = macro_f1_slopes(predicted, labels, weights)
    assert found == pytest.approx(differences(lambda changed: macro_f1(predicted, labels, changed), weights), abs=1e-7)


def test_nothing_predicted_has_no_slope() -> None:
    nothing, positive, weights = np.zeros(3, dtype=bool), np.array([True, False, True]), np.ones(3)
    for found in precision_recall_f1_slopes(nothing, positive, weights):
        assert found.tolist() == [0, 0, 0]
