"""Measures of scored pairs, and of draws of their problems."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synthcode.evaluation.classification.measures.intervals import drawn_counts, draws_for, estimates
from synthcode.evaluation.classification.measures.scored import ORACLE, without_interval
from synthcode.evaluation.classification.measures.shared_problems import pair_shares, pair_spread
from synthcode.evaluation.classification.measures.weighted_items import F64, I32, Bools
from synthcode.evaluation.results.comparison import Estimate

_AT_THRESHOLD = ("precision", "recall", "F1")
PAIR_MEASURES = (*_AT_THRESHOLD, *(f"{name}{ORACLE}" for name in _AT_THRESHOLD), "AP", "ROC-AUC")
"""What is measured with two thresholds: the one of validation, then the best one of the pairs themselves."""


class RankedPairs:
    """Pairs in descending order of their scores.

    Parameters
    ----------
    scores, positive
        Of the pairs. (pairs,)
    first, second
        The problems of each pair, from 0. (pairs,)
    thresholds
        Pairs at or above one are predicted to be clones.
    weights
        Of the pairs. Default: 1. (pairs,)
    """

    def __init__(
        self,
        scores: F64,
        positive: Bools,
        first: I32,
        second: I32,
        thresholds: Sequence[float] = (),
        weights: F64 | None = None,
    ) -> None:
        self._given = scores, positive, np.ones(len(scores)) if weights is None else weights
        self._places, self._thresholds = (first, second), list(thresholds)
        order = np.argsort(-scores, kind="stable")
        ranked = scores[order]
        ends = np.append(ranked[1:] != ranked[:-1], True)
        self._ranked = first[order], second[order], positive[order], ends, self._given[2][order]
        self._above = np.searchsorted(-ranked, -np.array(self._thresholds), side="right").astype(np.int64)

    def measures(self, counts: F64) -> F64:
        """Return precision, recall and F1 at each threshold, then AP and ROC-AUC, (3 * thresholds + 2,).

        Parameters
        ----------
        counts
            How often each problem was drawn. (problems,)
        """
        from synthcode.evaluation.classification.measures.pair_kernels import measure_pairs  # numba takes half a second

        found = np.empty(3 * len(self._thresholds) + 2)
        measure_pairs(*self._ranked, counts, self._above, found)
        return found

    def shares(self) -> F64:
        """Return what each pair adds to each of the measures, (3 * thresholds + 2, pairs)."""
        return pair_shares(*self._given, self._thresholds)

    def estimates(self, names: Sequence[str], resamples: int) -> list[Estimate]:
        """Return measures with their intervals.

        Parameters
        ----------
        names
            Of ``PAIR_MEASURES``; there are two thresholds.
        resamples
            Draws of problems, at most.
        """
        kept = [PAIR_MEASURES.index(name) for name in names]
        problems = int(max(places.max() for places in self._places)) + 1
        spread = pair_spread(self.shares()[kept], *self._places, problems)
        draws = drawn_counts(problems, draws_for(len(self._given[0]), resamples))
        found = estimates(lambda counts: self.measures(counts)[kept].tolist(), problems, draws, problems, spread=spread)
        return [without_interval(one) if name.endswith(ORACLE) else one for name, one in zip(names, found, strict=True)]
