"""How far draws of problems exaggerate the spread of measures of pairs, each of which belongs to two problems."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from synthcode.evaluation.classification.measures.intervals import Spread
from synthcode.evaluation.classification.measures.slopes import RankedSlopes, precision_recall_f1_slopes
from synthcode.evaluation.classification.measures.weighted_items import F64, Bools

Places = npt.NDArray[np.integer]

_LEAST = 0.5
"""Of the variance over problems, what remains however much the pairs' own is."""
_FEWEST = 3.0
"""Degrees of freedom: of fewer, the expansion of quantiles of t is off by more than 4 %."""


def pair_spread(shares: F64, first: Places, second: Places, problems: int) -> Spread:
    """Return what makes deviations of draws as wide as those of samples.

    With u what problems add to a measure, less their mean, and x what pairs add to it, the variance of pairs that share
    problems is sum u^2 - sum x^2 over pairs of two problems: a problem's sum holds each of its pairs, which stand in
    two such sums (Aronow, Samii and Assenova 2015, Political Analysis 23(4)). If a pair weighs the product of its
    problems' counts, as in the bootstrap of networks, the variance is sum u^2 + sum x^2.

    The variance has as many degrees of freedom as a sum of squares of normal numbers that varies as much: 2 (sum u^2)^2
    divided by the variance of sum u^2 (Satterthwaite 1946, Biometrics Bulletin 2(6)).

    Parameters
    ----------
    shares
        Of ``pair_shares``. (measures, pairs)
    first, second
        The problems of each pair. (pairs,)
    problems
        How many there are.
    """
    of_two = first != second
    found = Spread(np.ones(len(shares)), np.full(len(shares), max(problems - 1.0, _FEWEST)))
    for place, share in enumerate(shares):
        sums = np.bincount(first, share, problems) + np.bincount(second, share * of_two, problems)
        squares = (sums - sums.mean()) ** 2
        over_problems, of_pairs = float(squares.sum()), float((share[of_two] ** 2).sum())
        if over_problems > 0:
            actual = max(over_problems - of_pairs, _LEAST * over_problems)
            found.scales[place] = np.sqrt(actual / (over_problems + of_pairs))
            variation = problems * float((squares / over_problems).var())
            found.freedom[place] = min(max(2 / max(variation, 1e-9), _FEWEST), found.freedom[place])
    return found


def pair_shares(scores: F64, positive: Bools, weights: F64, thresholds: list[float]) -> F64:
    """Return what each pair adds to precision, recall and F1 at each threshold, then to AP and ROC-AUC.

    The weight of all clones stays as it is, and so does that of all other pairs.

    Parameters
    ----------
    scores, positive, weights
        Of the pairs. (pairs,)
    thresholds
        Pairs at or above one are predicted to be clones.

    Returns
    -------
    F64
        (3 * thresholds + 2, pairs). Of pairs of one kind only, AP and ROC-AUC have nothing.
    """
    found = [
        slopes
        for threshold in thresholds
        for slopes in precision_recall_f1_slopes(scores >= threshold, positive, weights)
    ]
    if 0 < positive.sum() < len(positive):
        ranked = RankedSlopes(scores, positive, weights)
        found += [ranked.average_precision(), ranked.roc_auc()]
    else:
        found += [np.zeros(len(scores))] * 2
    return np.array([within_kinds(slopes, positive, weights) for slopes in found])


def within_kinds(slopes: F64, positive: Bools, weights: F64) -> F64:
    """Return what pairs add if the weight of all clones stays, and that of all other pairs."""
    shares = slopes * weights
    for kind in (positive, ~positive):
        if kind.any():
            shares[kind] -= weights[kind] * (shares[kind].sum() / weights[kind].sum())
    return shares
