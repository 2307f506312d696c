"""Measures of retrieval, from the ranks of the relevant documents only.

Each is trec_eval's: ``recip_rank`` and ``ndcg`` cut at 10, ``recall`` cut at 1, 5 and 10, ``map`` over all documents.
A measure returns one value a query, (queries,).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synthcode.vocabulary import Metric

F64 = npt.NDArray[np.float64]


class QueryRanks(NamedTuple):
    """The ranks of the relevant documents of some queries."""

    starts: npt.NDArray[np.int64]
    """Query ``i`` has ``values[starts[i]:starts[i + 1]]``: one or more. (queries + 1,)"""
    values: npt.NDArray[np.int32]
    """Counted from 1; of one query ascending."""


def reciprocal_rank(ranks: QueryRanks, cutoff: int) -> F64:
    """Return 1 / the rank of the first relevant document, 0 beyond the cutoff (Voorhees 1999, TREC-8 QA)."""
    first = ranks.values[ranks.starts[:-1]]
    return np.where(first <= cutoff, 1.0 / first, 0.0)


def ndcg(ranks: QueryRanks, cutoff: int) -> F64:
    """Return the discounted gain within the cutoff, as a share of the best there can be, with judgements of 0 and 1.

    A relevant document at rank r gains 1 / log2(r + 1) (Järvelin and Kekäläinen 2002, TOIS 20(4)).
    """
    gains = np.where(ranks.values <= cutoff, 1.0 / np.log2(ranks.values + 1.0), 0.0)
    ideal: F64 = np.cumsum(1.0 / np.log2(np.arange(2, cutoff + 2)))
    best: F64 = ideal[np.minimum(_relevant(ranks), cutoff) - 1]
    return _sums(gains, ranks) / best


def recall(ranks: QueryRanks, cutoff: int) -> F64:
    """Return the share of the relevant documents that are within the cutoff."""
    return _sums((ranks.values <= cutoff).astype(np.float64), ranks) / _relevant(ranks)


def average_precision(ranks: QueryRanks) -> F64:
    """Return the mean, over the relevant documents, of the precision at their ranks (TREC's ``map``)."""
    relevant = _relevant(ranks)
    nth = np.arange(len(ranks.values)) - np.repeat(ranks.starts[:-1], relevant) + 1
    return _sums(nth / ranks.values, ranks) / relevant


MEASURES: dict[Metric, Callable[[QueryRanks], F64]] = {
    "MRR@10": partial(reciprocal_rank, cutoff=10),
    "nDCG@10": partial(ndcg, cutoff=10),
    "R@1": partial(recall, cutoff=1),
    "R@5": partial(recall, cutoff=5),
    "R@10": partial(recall, cutoff=10),
    "MAP": average_precision,
}
"""Name in results -> measure of each query; a cell's value is the mean over its queries."""


def _relevant(ranks: QueryRanks) -> npt.NDArray[np.int64]:
    return np.diff(ranks.starts)


def _sums(values: F64, ranks: QueryRanks) -> F64:
    return np.add.reduceat(values, ranks.starts[:-1]) if len(values) else np.zeros(0)
