"""Exact Jaccard similarity of documents: what decides about the pairs that MinHash proposes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from synthcode.dedup.documents import BATCH_BYTES, Documents, Pairs
from synthcode.dedup.kernels.choice import jaccard_similarities
from synthcode.dedup.texts import F64, I64, Mask
from synthcode.execution.threads import Apply

PAIRS_AT_ONCE = 512
PAIRS_ELSEWHERE = 4096
"""Fewer are compared sooner than they arrive on another machine."""
OPEN_PAIRS, OPEN_PAIRS_ELSEWHERE = 8192, 1 << 16
"""Pairs between two looks at which are still apart: each look waits for all of them."""
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


def compare(pairs: Pairs, ngram: int) -> F64:
    """Return the Jaccard similarity of pairs of texts; 0 where neither has a shingle."""
    return jaccard_similarities(*pairs.texts, pairs.left, pairs.right, ngram)


def runs_of(sizes: I64, most: int, most_bytes: int) -> Iterator[slice]:
    """Cut items of some sizes into runs of at most ``most``, and of at most ``most_bytes`` but for a single item."""
    ends = np.cumsum(sizes)
    first = 0
    while first < sizes.size:
        before = int(ends[first] - sizes[first])
        last = int(np.searchsorted(ends, before + most_bytes, side="right"))
        last = min(max(last, first + 1), first + most)
        yield slice(first, last)
        first = last


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
    elsewhere
        Compares the texts of many pairs, which are copied for it, if there is one: ``Distributed.map_distributed``.
    """

    def __init__(
        self, documents: Documents, ngram: int, threshold: float, apply: Apply = map, elsewhere: Apply | None = None
    ) -> None:
        self._documents, self._ngram, self._threshold = documents, ngram, threshold
        self._apply, self._elsewhere = apply, elsewhere
        self._refuted: list[I64] = []
        """Pairs that are not alike: runs in ascending order, each more than twice as long as the next."""
        self._least_agreement = least_agreement(documents.num_perm, threshold)
        self.pairs_at_once = OPEN_PAIRS if elsewhere is None else OPEN_PAIRS_ELSEWHERE
        """Pairs to compare before it is asked again which of them still matter."""
        self.compared = 0
        """Pairs that it took the exact similarity to decide about."""

    def alike(self, left: I64, right: I64) -> Mask:
        """Return whether documents ``left[i]`` and ``right[i]`` are alike, for every i."""
        compared = self._documents.agreement(left, right) >= self._least_agreement
        compared[compared] = self._is_open(_names(left[compared], right[compared]))
        alike = compared.copy()
        alike[compared] = self.jaccard(left[compared], right[compared]) >= self._threshold
        refuted = compared & ~alike
        self._refute(_names(left[refuted], right[refuted]))
        self.compared += int(compared.sum())
        return alike

    def jaccard(self, left: I64, right: I64) -> F64:
        """Return the exact similarity of documents ``left[i]`` and ``right[i]``; 0 where neither has a shingle."""
        documents, ngram = self._documents, self._ngram
        if left.size <= PAIRS_AT_ONCE:  # sooner done here than handed out
            return compare(documents.pairs(left, right), ngram)
        if self._elsewhere is None or left.size <= PAIRS_ELSEWHERE:
            spans = [slice(start, start + PAIRS_AT_ONCE) for start in range(0, left.size, PAIRS_AT_ONCE)]
            found = self._apply(lambda span: compare(documents.pairs(left[span], right[span]), ngram), spans)
            return np.concatenate(list(found))
        sizes = documents.sizes(left) + documents.sizes(right)
        batches = (
            documents.pairs(left[span], right[span], copied=True)
            for span in runs_of(sizes, PAIRS_ELSEWHERE, BATCH_BYTES)
        )
        return np.concatenate(list(self._elsewhere(partial(compare, ngram=ngram), batches)))

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
