"""Exact Jaccard similarity of documents: what decides about the pairs that MinHash proposes."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from synthcode.stages.dedup.documents import Documents
from synthcode.stages.dedup.shingles import I64, Shingles, shingle_sets

F64 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

PAIRS_AT_ONCE = 1024
MISS_OF_ESTIMATE = 1e-3
"""Chance that a pair at the threshold is not compared because its signatures look too different."""


class Likeness:
    """Says which pairs of documents are alike: their shingle sets have a Jaccard similarity of ``threshold`` or more.

    Parameters
    ----------
    documents
        The documents.
    ngram
        Characters in a shingle.
    threshold
        Similarity from which two documents are alike.
    """

    def __init__(self, documents: Documents, ngram: int, threshold: float) -> None:
        self._documents, self._ngram, self._threshold = documents, ngram, threshold
        self._refuted: list[I64] = []
        """Pairs that are not alike: runs in ascending order, each more than twice as long as the next."""
        num_perm = documents.signatures.shape[1]
        # Hoeffding's inequality: P(estimate <= J - t) <= exp(-2 t^2 num_perm).
        self._least_estimate = threshold - math.sqrt(-math.log(MISS_OF_ESTIMATE) / (2 * num_perm))
        self.compared = 0
        """Pairs that it took the exact similarity to decide about."""

    def alike(self, left: I64, right: I64) -> Mask:
        """Return whether documents ``left[i]`` and ``right[i]`` are alike, for every i."""
        pairs = np.minimum(left, right) << 32 | np.maximum(left, right)
        alike = self._promising(left, right)
        alike[alike] = self._is_open(pairs[alike])
        asked = np.flatnonzero(alike)
        self.compared += asked.size
        if asked.size:
            alike[asked] = self.jaccard(left[asked], right[asked]) >= self._threshold
            self._refute(pairs[asked[~alike[asked]]])
        return alike

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

    def jaccard(self, left: I64, right: I64) -> F64:
        """Return the exact similarity of documents ``left[i]`` and ``right[i]``; 0 where neither has a shingle."""
        parts = [
            self._jaccard(left[start : start + PAIRS_AT_ONCE], right[start : start + PAIRS_AT_ONCE])
            for start in range(0, left.size, PAIRS_AT_ONCE)
        ]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.float64)

    def _promising(self, left: I64, right: I64) -> Mask:
        signatures = self._documents.signatures
        estimates = np.empty(left.size)
        for start in range(0, left.size, PAIRS_AT_ONCE):
            span = slice(start, start + PAIRS_AT_ONCE)
            estimates[span] = (signatures[left[span]] == signatures[right[span]]).mean(axis=1)
        return estimates >= self._least_estimate

    def _jaccard(self, left: I64, right: I64) -> F64:
        documents, places = np.unique(np.concatenate((left, right)), return_inverse=True)
        sets = shingle_sets(self._documents.texts.take(documents), self._ngram)
        sizes = np.diff(sets.offsets)
        first, second = places[: left.size], places[left.size :]
        shared = _intersections(sets, first, second)
        return shared / np.maximum(sizes[first] + sizes[second] - shared, 1)


def _intersections(sets: Shingles, first: I64, second: I64) -> I64:
    """Count what sets ``first[i]`` and ``second[i]`` have in common: what occurs twice in the two together."""
    hashes, bounds = sets.hashes, sets.offsets.tolist()
    pairs = zip(first.tolist(), second.tolist(), strict=True)
    both = np.concatenate([hashes[bounds[place] : bounds[place + 1]] for pair in pairs for place in pair])
    sizes = np.diff(sets.offsets)
    borders = np.concatenate(([0], np.cumsum(sizes[first] + sizes[second])))
    for start, end in pairwise(borders.tolist()):
        both[start:end].sort(kind="stable")  # merges the two ascending runs
    twice = np.flatnonzero(both[1:] == both[:-1])
    # What stands last in a pair may be equal to what stands first in the next one: that place is left out.
    shared: I64 = np.searchsorted(twice, borders[1:] - 1) - np.searchsorted(twice, borders[:-1])
    return shared.clip(min=0)
