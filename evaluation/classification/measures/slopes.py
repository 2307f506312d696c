"""How fast a measure of weighted items grows with the weight of each: what an item adds to the measure.

These derivatives are the measure's infinitesimal jackknife (Jaeckel 1972; Efron 1982, The Jackknife, the Bootstrap and
Other Resampling Plans, 6). All are at the given weights, and of measures in ``measures.py``.
"""

from __future__ import annotations

import numpy as np

from synthcode.evaluation.classification.measures.weighted_items import F64, I64, Bools


class RankedSlopes:
    """Derivatives of measures of ranked items.

    Parameters
    ----------
    scores
        Higher means more likely positive. (items,)
    positive
        Whether an item is positive; there are some of both kinds. (items,)
    weights
        Above 0. (items,)
    """

    def __init__(self, scores: F64, positive: Bools, weights: F64) -> None:
        self._positive = positive
        order = np.argsort(-scores, kind="stable")
        starts = np.append(True, np.diff(scores[order]) != 0)
        self._block = np.empty(len(scores), dtype=np.int64)
        self._block[order] = np.cumsum(starts) - 1  # items of one score have no order
        self._hits = np.bincount(self._block, weights * positive)
        self._misses = np.bincount(self._block, weights * ~positive)

    def average_precision(self) -> F64:
        """Return the derivative of average precision by each weight, (items,)."""
        right, wrong = np.cumsum(self._hits), np.cumsum(self._misses)
        found = right + wrong
        precision = right / found
        value = (self._hits * precision).sum() / right[-1]
        of_hit = precision + _sum_from(self._hits * wrong / found**2) - value
        of_miss = -_sum_from(self._hits * right / found**2)
        return self._by_item(of_hit / right[-1], of_miss / right[-1])

    def roc_auc(self) -> F64:
        """Return the derivative of the area under the ROC curve by each weight, (items,)."""
        right, wrong = np.cumsum(self._hits), np.cumsum(self._misses)
        above = right - self._hits / 2
        below = wrong[-1] - wrong + self._misses / 2
        value = (self._misses * above).sum() / (right[-1] * wrong[-1])
        return self._by_item(
            (below / wrong[-1] - value) / right[-1],
            (above / right[-1] - value) / wrong[-1],
        )

    def _by_item(self, of_hit: F64, of_miss: F64) -> F64:
        slopes: F64 = np.where(self._positive, of_hit[self._block], of_miss[self._block])
        return slopes


def _sum_from(values: F64) -> F64:
    """Return the sum of the values from each place on."""
    return np.cumsum(values[::-1])[::-1]


def precision_recall_f1_slopes(predicted: Bools, positive: Bools, weights: F64) -> tuple[F64, F64, F64]:
    """Return the derivatives of precision, recall and F1 of the positive class by each weight, (items,) each.

    A measure that has nothing to divide by is 0 and stays so.
    """
    hits = float(weights[predicted & positive].sum())
    found, there = float(weights[predicted].sum()), float(weights[positive].sum())
    both = (predicted & positive).astype(np.float64)
    return (
        _ratio_slopes(both, predicted.astype(np.float64), hits, found),
        _ratio_slopes(both, positive.astype(np.float64), hits, there),
        _ratio_slopes(2 * both, predicted.astype(np.float64) + positive, 2 * hits, found + there),
    )


def mean_slopes(values: F64, weights: F64) -> F64:
    """Return the derivative of a weighted mean by each weight, (items,)."""
    total = float(weights.sum())
    return _ratio_slopes(values, np.ones(len(values)), float((values * weights).sum()), total)


def macro_f1_slopes(predicted: I64, labels: I64, weights: F64) -> F64:
    """Return the derivative of the mean F1 of all labels by each weight, (items,)."""
    known = np.unique(np.concatenate([predicted, labels]))
    slopes = np.zeros(len(labels))
    for label in known:
        slopes += precision_recall_f1_slopes(predicted == label, labels == label, weights)[2]
    return slopes / len(known)


def _ratio_slopes(above: F64, below: F64, numerator: float, denominator: float) -> F64:
    """Return the derivative of a ratio of sums, from what each item adds to both."""
    if not denominator:
        return np.zeros(len(above))
    slopes: F64 = (above - below * (numerator / denominator)) / denominator
    return slopes
