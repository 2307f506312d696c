from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from synthcode.evaluation.classification.measures.pair_kernels import measure_pairs


def measured(scores, positive, first, second, counts, thresholds, weights=None) -> np.ndarray:
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    out = np.empty(3 * len(thresholds) + 2)
    above = np.array([(ranked >= threshold).sum() for threshold in thresholds], dtype=np.int64)
    ends = np.append(ranked[1:] != ranked[:-1], True)
    all_alike = np.ones(len(scores)) if weights is None else weights
    places = (np.asarray(side, dtype=np.int32)[order] for side in (first, second))
    measure_pairs(*places, positive[order], ends, all_alike[order], counts, above, out)
    return out


@pytest.mark.parametrize("random_seed", range(5))
def test_every_draw_is_measured_as_scikit_learn_does(random_seed: int) -> None:
    random = np.random.default_rng(random_seed)
    scores = np.round(random.random(300), 2)
    positive = random.random(300) < 0.4
    first = random.integers(0, 20, 300)
    second = np.where(positive, first, random.integers(0, 20, 300))
    counts = random.integers(0, 4, 20).astype(float)
    drawn = np.where(first == second, counts[first], counts[first] * counts[second])
    negatives = (~positive).sum() / positive.sum() * drawn[positive].sum()
    drawn[~positive] *= negatives / drawn[~positive].sum()  # as many for each clone as without a draw
    found = measured(scores, positive, first, second, counts, (0.3, 0.6))
    expected = []
    for threshold in (0.3, 0.6):
        three = metrics.precision_recall_fscore_support(
            positive, scores >= threshold, average="binary", sample_weight=drawn
        )
        expected += three[:3]
    expected += [
        metrics.average_precision_score(positive, scores, sample_weight=drawn),
        metrics.roc_auc_score(positive, scores, sample_weight=drawn),
    ]
    assert found == pytest.approx(expected, abs=1e-9)


def test_pairs_of_one_score_have_no_order_and_one_class_no_area() -> None:
    scores, positive = np.array([0.5, 0.5]), np.array([True, False])
    two = np.array([0, 1])
    assert measured(scores, positive, two, two, np.ones(2), (0.5,)).tolist() == [0.5, 1.0, 2 / 3, 0.5, 0.5]
    alone = measured(scores, np.array([False, False]), two, two, np.ones(2), (0.9,))
    assert alone[:3].tolist() == [0, 0, 0]
    assert np.isnan(alone[3:]).all()
