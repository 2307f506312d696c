"""How much lower AP is with one kind of negatives than with random ones, on the same draws of problems."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from synthcode.evaluation.classification.measures.intervals import drawn_counts, estimates
from synthcode.evaluation.classification.measures.ranked_pairs import RankedPairs
from synthcode.evaluation.classification.measures.scored import ScoredPairs
from synthcode.evaluation.classification.measures.shared_problems import pair_spread
from synthcode.evaluation.classification.measures.weighted_items import F64, I32, Bools
from synthcode.evaluation.results.comparison import Estimate

DROP = "AP_drop_"
"""What the names of these differences start with."""
_AP = -2
"""The place of AP among the measures of ``RankedPairs``."""
_SPAN = (-1.0, 1.0)


def drop_of_ap(pairs: ScoredPairs, kind: npt.NDArray[np.bool_], others: npt.NDArray[np.bool_], draws: int) -> Estimate:
    """Return AP with other negatives less AP with those of a kind; above 0 if the kind is harder.

    Both compare all positives, weighted as much as the negatives are. The interval is of the paired bootstrap: a draw
    of problems is the same for both.

    Parameters
    ----------
    pairs
        All of a split.
    kind, others
        Which of them are the negatives. (pairs,)
    draws
        How many, at most.
    """
    used = np.flatnonzero(pairs.positive | kind | others)
    known, places = np.unique(np.concatenate([pairs.first[used], pairs.second[used]]), return_inverse=True)
    first, second = places.reshape(2, -1).astype(np.int32)
    positive, scores = pairs.positive[used], pairs.scores[used]
    with_kind, with_others = (
        _WithNegatives(scores, positive, first, second, negatives[used]) for negatives in (kind, others)
    )

    def difference(counts: F64) -> list[float]:
        return [with_others.value(counts) - with_kind.value(counts)]

    problems = len(known)
    spread = pair_spread((with_others.shares - with_kind.shares)[None], first, second, problems)
    (found,) = estimates(difference, problems, drawn_counts(problems, draws), problems, _SPAN, spread)
    return found


class _WithNegatives:
    """AP of all positives and some negatives."""

    def __init__(self, scores: F64, positive: Bools, first: I32, second: I32, negatives: Bools) -> None:
        used = np.flatnonzero(positive | negatives)
        weights = np.where(positive[used], negatives.sum() / positive.sum(), 1.0)
        self._ranked = RankedPairs(scores[used], positive[used], first[used], second[used], weights=weights)
        self.shares = np.zeros(len(scores))
        """What each pair adds, (pairs,); nothing if it is not among these."""
        self.shares[used] = self._ranked.shares()[_AP]

    def value(self, counts: F64) -> float:
        """Return AP from how often each problem is drawn."""
        return float(self._ranked.measures(counts)[_AP])
