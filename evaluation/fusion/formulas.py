"""Formulas of fusion, over blocks of scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from synthcode.evaluation.retrieval.rankings import F64, AnyScores, order_of

K = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009, SIGIR)."""

Unmatched = npt.NDArray[np.bool_]
"""Documents that a ranking does not retrieve for a query. (queries, documents)"""


def reciprocal_ranks(scores: AnyScores, unmatched: Unmatched | None = None, k: int = K) -> F64:
    """Return 1 / (k + rank) for every document; 0 where a document is not retrieved.

    Parameters
    ----------
    scores
        (queries, documents), documents in descending order of their ids.
    unmatched
        Documents that the ranking does not retrieve; None: it ranks all of them.
    k
        The larger, the less the first ranks count.
    """
    order = order_of(scores)
    gains = np.empty(scores.shape, dtype=np.float64)
    places = np.broadcast_to(1.0 / (k + np.arange(1, scores.shape[1] + 1)), scores.shape)
    np.put_along_axis(gains, order, places, axis=1)
    return gains if unmatched is None else np.where(unmatched, 0.0, gains)


def min_max(scores: AnyScores) -> F64:
    """Return scores scaled so that of each query the lowest is 0 and the highest 1; 0 where all are equal."""
    exact = scores.astype(np.float64)
    low = exact.min(axis=1, keepdims=True)
    width = exact.max(axis=1, keepdims=True) - low
    scaled: F64 = np.divide(exact - low, width, out=np.zeros_like(exact), where=width > 0)
    return scaled


def weighted(first: F64, second: F64, weight: float) -> F64:
    """Return the mean of two rankings' scaled scores, of which the first weighs ``weight`` and the other the rest."""
    mean: F64 = weight * first + (1 - weight) * second
    return mean


def summed(gains: Sequence[F64]) -> F64:
    """Return the sum of several rankings' gains; it does not depend on their order."""
    # Sums of three numbers differ by a rounding with their order: equal documents would not tie.
    total: F64 = np.sort(np.stack(gains), axis=0).sum(axis=0)
    return total
