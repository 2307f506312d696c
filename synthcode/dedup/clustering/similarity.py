"""Exact Jaccard similarity of documents: what decides about the pairs that MinHash proposes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt

from synthcode.dedup.documents import Documents
from synthcode.dedup.kernels.choice import jaccard_similarities
from synthcode.dedup.texts import F64, I64, Mask
from synthcode.execution.threads import Apply

Column = TypeVar("Column", bound=npt.NDArray[np.generic])

PAIRS_AT_ONCE = 512
MISS_OF_ESTIMATE = 1e-3
"""Chance that a pair at the threshold is not compared because its signatures look too different."""


def least_agreement(num_perm: int, similarity: float) -> int:
    """Return in how many slots at least two signatures agree, but for a chance of ``MISS_OF_ESTIMATE``.

    Each of ``num_perm`` slots agrees with a probability of the similarity: the number that does is binomial.
    """
    if similarity == 1.0:
        return num_perm
    fewer = 0.0
    for agreement in range(num_perm):
        ways = math.lgamma(num_perm + 1) - math.lgamma(agreement + 1) - math.lgamma(num_perm - agreement + 1)
        fewer += math.exp(ways + agreement * math.log(similarity) + (num_perm - agreement) * math.log1p(-similarity))
        if fewer > MISS_OF_ESTIMATE:
            return agreement
    return num_perm


class Similarity:
    """Says which pairs of documents are alike: their shingle sets have a Jaccard similarity of ``threshold`` or more.

    Parameters
    ----------
    documents
        The documents.
    ngram
        Characters in a shingle.
    threshold
        Similarity from which two documents are alike.
    apply
        Compares batches of pairs: ``map``, or ``Executor.map_shared``.
    """

    def __init__(self, documents: Documents, ngram: int, threshold: float, apply: Apply = map) -> None:
        self._documents, self._ngram, self._threshold, self._apply = documents, ngram, threshold, apply
        self._refuted: list[I64] = []
        """Pairs that are not alike: runs in ascending order, each more than twice as long as the next."""
        self._least_agreement = least_agreement(documents.num_perm, threshold)
        self.compared = 0
        """Pairs that it took the exact similarity to decide about."""

    def alike(self, left: I64, right: I64) -> Mask:
        """Return whether documents ``left[i]`` and ``right[i]`` are alike, for every i."""
        alike, compared = self._mapped(self._judge, left, right)
        refuted = compared & ~alike
        self._refute(_names(left[refuted], right[refuted]))
        self.compared += int(compared.sum())
        return alike

    def jaccard(self, left: I64, right: I64) -> F64:
        """Return the exact similarity of documents ``left[i]`` and ``right[i]``; 0 where neither has a shingle."""
        (similarities,) = self._mapped(lambda one, other: (self._jaccard(one, other),), left, right)
        return similarities

    def _judge(self, left: I64, right: I64) -> tuple[Mask, Mask]:
        """Return which pairs are alike, and which it took the exact similarity to decide about."""
        compared = self._documents.agreement(left, right) >= self._least_agreement
        compared[compared] = self._is_open(_names(left[compared], right[compared]))
        alike = compared.copy()
        alike[compared] = self._jaccard(left[compared], right[compared]) >= self._threshold
        return alike, compared

    def _jaccard(self, left: I64, right: I64) -> F64:
        texts, left, right = self._documents.pairs(left, right)
        return jaccard_similarities(*texts, left, right, self._ngram)

    def _mapped(self, function: Callable[[I64, I64], tuple[Column, ...]], left: I64, right: I64) -> tuple[Column, ...]:
        """Apply a function to runs of pairs, and put the columns that it returns together."""
        if left.size <= PAIRS_AT_ONCE:  # sooner done here than handed out
            return function(left, right)
        spans = [slice(start, start + PAIRS_AT_ONCE) for start in range(0, left.size, PAIRS_AT_ONCE)]
        parts = self._apply(lambda span: function(left[span], right[span]), spans)
        return tuple(cast(Column, np.concatenate(columns)) for columns in zip(*parts, strict=True))

    def _is_open(self, pairs: I64) -> Mask:
        is_open = np.ones(pairs.size, dtype=bool)
        for run in self._refuted:
            is_open &= run.take(np.searchsorted(run, pairs), mode="clip") != pairs
        return is_open

    def _refute(self, pairs: I64) -> None:
        run = np.sort(pairs)
        while self._refuted and self._refuted[-1].size <= 2 * run.size:
            run = np.concatenate((self._refuted.pop(), run))
            run.sort(kind="stable")  # merges two ascending runs
        if run.size:
            self._refuted.append(run)


def _names(left: I64, right: I64) -> I64:
    """Return one number for each pair, whichever of the two comes first."""
    names: I64 = np.minimum(left, right) << 32 | np.maximum(left, right)
    return names
