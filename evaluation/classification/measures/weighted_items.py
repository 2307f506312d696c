"""Measures of clone detection and classification, each of weighted items: a weight says how often an item was drawn.

All equal scikit-learn's with ``sample_weight``. Their own code sorts once, where scikit-learn sorts for each of the
thousand draws of an interval.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class ByScore:
    """Items in the order of their scores, the highest first: what AP, ROC-AUC and thresholds are computed from.

    Parameters
    ----------
    scores
        Higher means more likely positive. (items,)
    positive
        Whether an item is positive. (items,)
    """

    def __init__(self, scores: F64, positive: Bools) -> None:
        self.scores, self.positive = scores, positive
        self._order = np.argsort(-scores, kind="stable")
        self._ranked = scores[self._order]
        # The last place of each distinct score: items of one score have no order.
        self._ends = np.append(np.flatnonzero(np.diff(self._ranked)), len(scores) - 1)

    def counts(self, weights: F64) -> tuple[F64, F64]:
        """Return the weight of positive and of negative items down to each distinct score, (distinct scores,) each."""
        ranked, positive = weights[self._order], self.positive[self._order]
        return np.cumsum(ranked * positive)[self._ends], np.cumsum(ranked * ~positive)[self._ends]

    def average_precision(self, weights: F64) -> float:
        """Return the sum of precision times the gain of recall over all thresholds; NaN without a positive item."""
        hits, misses = self.counts(weights)
        if not hits[-1]:
            return float("nan")
        found = hits + misses
        precision = np.divide(hits, found, out=np.zeros_like(hits), where=found > 0)
        return float((np.diff(hits, prepend=0) * precision).sum() / hits[-1])

    def roc_auc(self, weights: F64) -> float:
        """Return how likely a positive item scores above a negative one; NaN if all are of one kind."""
        hits, misses = self.counts(weights)
        if not hits[-1] or not misses[-1]:
            return float("nan")
        before = np.concatenate([[0.0], hits[:-1]])
        area = (np.diff(misses, prepend=0) * (before + hits) / 2).sum()
        return float(area / (hits[-1] * misses[-1]))

    def best_threshold(self) -> float:
        """Return the threshold with the highest F1: halfway between two scores; items at or above it are positive.

        mteb chooses so, but on test: its threshold is an oracle's.
        """
        hits, misses = self.counts(np.ones(len(self.scores)))
        f1 = 2 * hits / (hits + misses + hits[-1])
        best = int(np.argmax(f1))
        upper = self._ranked[self._ends[best]]
        if best + 1 == len(self._ends):
            return float(upper)
        middle = float((upper + self._ranked[self._ends[best + 1]]) / 2)
        return middle if middle <= upper else float(upper)


def log_odds(logits: npt.NDArray[np.float32]) -> F64:
    """Return how sure a head of two labels is of the second one, (items,), from its outputs, (items, 2)."""
    return logits[:, 1].astype(np.float64) - logits[:, 0]


def precision_recall_f1(predicted: Bools, positive: Bools, weights: F64) -> tuple[float, float, float]:
    """Return precision, recall and F1 of the positive class; 0 where nothing was found, as scikit-learn has it."""
    hits = float(weights[predicted & positive].sum())
    found, there = float(weights[predicted].sum()), float(weights[positive].sum())
    precision, recall = hits / found if found else 0.0, hits / there if there else 0.0
    return precision, recall, 2 * hits / (found + there) if found + there else 0.0


def macro_f1(predicted: I64, labels: I64, weights: F64) -> float:
    """Return the mean over the labels, those that occur or are predicted, of their F1."""
    number = int(max(predicted.max(), labels.max())) + 1
    hits, found, there = (
        np.bincount(values, weights=counted, minlength=number)
        for values, counted in ((labels, weights * (predicted == labels)), (predicted, weights), (labels, weights))
    )
    occurs = found + there > 0
    return float((2 * hits[occurs] / (found + there)[occurs]).mean())


def average_precision_at_r(relevant: Bools, number: int) -> float:
    """Return the average precision of the first R results, as CodeXGLUE's evaluator of POJ-104 computes it.

    Parameters
    ----------
    relevant
        Whether each of the results is relevant, the best first; R or more. (results,)
    number
        R: how many relevant documents there are.
    """
    found = relevant[:number]
    precision = np.cumsum(found) / np.arange(1, len(found) + 1)
    return float((precision * found).sum() / number)
