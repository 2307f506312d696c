"""The order of many entries, and which differences are more than chance.

Every two entries are tested as ``compare`` tests two results: the signs of whole problems are flipped, and p-values are
adjusted by Holm's method for all pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synthcode.evaluation.results.statistics import LEVEL, holm, sign_flips
from synthcode.evaluation.retrieval.measures import F64

FLIPS_A_PAIR = 40
"""With so many flips for each pair, the least p-value stays below 0.05 when it is adjusted for all pairs."""
MOST_COMPARED = 500_000_000
"""Differences that all flips of one table may come to, if that leaves what the user requested."""

_ROUNDING = 1e-12
"""What is equal but for rounding must count as reached."""

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Ranking:
    """The ranks of entries, in the order that they were given in."""

    p_holm: F64
    """Of every two entries; 1 on the diagonal. (entries, entries)"""
    rank: I64
    """One more than the entries that are better by more than chance. (entries,)"""
    last_rank: I64
    """As many as there are entries, less those that are worse by more than chance. (entries,)"""
    group: I64
    """From 1: entries that cannot be told apart from the best one that is in no group before. (entries,)"""
    flips: int


def rank_entries(shares: F64, resamples: int) -> Ranking:
    """Rank entries by their means.

    Parameters
    ----------
    shares
        What each problem adds to the mean of each entry. (problems, entries)
    resamples
        How many flips at least. Many entries make many pairs, and their p-values need more flips.
    """
    entries = shares.shape[1]
    flips = flips_for(entries, resamples)
    p_holm = np.ones((entries, entries))
    pairs = np.triu_indices(entries, 1)
    p_holm[pairs] = holm(pairwise_p_values(shares, flips)[pairs])
    p_holm = np.minimum(p_holm, p_holm.T)
    differ, values = p_holm < 1 - LEVEL, shares.sum(axis=0)
    is_better = differ & (values[:, None] > values[None])
    return Ranking(
        p_holm=p_holm,
        rank=1 + is_better.sum(axis=0),
        last_rank=entries - is_better.sum(axis=1),
        group=_groups(differ, values),
        flips=flips,
    )


def flips_for(entries: int, resamples: int) -> int:
    """Return how many flips the tests of all pairs of entries are made of."""
    enough = FLIPS_A_PAIR * (entries * (entries - 1) // 2)
    return max(resamples, min(enough, MOST_COMPARED // max(1, entries**2)))


def pairwise_p_values(shares: F64, flips: int) -> F64:
    """Return the two-sided p-values that the means of two entries are the same, (entries, entries).

    As ``statistics.sign_flip_p_values`` for each difference. No number of flips shows a p-value below one in so many:
    where no flip has reached a difference, its p-value is Hoeffding's bound, if that is smaller. A sum of terms with
    random signs reaches t with a probability of at most 2 exp(-t^2 / 2q), q being the sum of their squares (Hoeffding
    1963, JASA 58(301), theorem 2).

    Parameters
    ----------
    shares
        What each problem adds to the mean of each entry. (problems, entries)
    flips
        How many.
    """
    entries = shares.shape[1]
    totals = shares.sum(axis=0)
    observed = np.abs(totals[:, None] - totals[None])
    reached = np.zeros((entries, entries), dtype=np.int64)
    for signs in sign_flips(len(shares), max(shares.shape), flips):
        flipped = np.ascontiguousarray((signs @ shares).T)
        for entry in range(entries - 1):
            differences = np.abs(flipped[entry + 1 :] - flipped[entry])
            bound = observed[entry, entry + 1 :, None] - _ROUNDING
            reached[entry, entry + 1 :] += np.count_nonzero(differences >= bound, axis=1)
    reached += reached.T
    found = (reached + 1) / (flips + 1)
    return np.where(reached == 0, np.minimum(found, _bounds(shares, observed)), found)


def _bounds(shares: F64, observed: F64) -> F64:
    """Return Hoeffding's bounds of the p-values, (entries, entries)."""
    products = shares.T @ shares
    norms = np.diag(products)
    # By Cauchy and Schwarz, the squares are at least this much: rounding must not make them less.
    squares = np.maximum(norms[:, None] + norms[None] - 2 * products, observed**2 / len(shares))
    exponents = np.divide(observed**2, 2 * squares, out=np.zeros_like(squares), where=squares > 0)
    bounds: F64 = np.minimum(1.0, 2 * np.exp(-exponents))
    return bounds


def _groups(differ: npt.NDArray[np.bool_], values: F64) -> I64:
    """Return the group of each entry, (entries,)."""
    groups = np.zeros(len(values), dtype=np.int64)
    for entry in np.argsort(-values, kind="stable"):
        if groups[entry] == 0:
            groups[(groups == 0) & ~differ[entry]] = groups.max() + 1
    return groups
