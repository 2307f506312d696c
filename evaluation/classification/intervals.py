"""Intervals of any measure of weighted items: the unit of resampling is the group, never the item."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import NormalDist

import numpy as np

from synthcode.evaluation.classification.measures import F64, I64
from synthcode.evaluation.results.comparison import Estimate
from synthcode.evaluation.results.coverage import ENOUGH_PROBLEMS
from synthcode.evaluation.results.small_samples import FEW, Span, hoeffding_intervals
from synthcode.evaluation.results.statistics import LEVEL, RANDOM_SEED

MOST_DRAWS = 1_000
"""The ends of a 95 % interval need no more; each draw computes every measure again."""
FEWEST_DRAWS = 200
"""Of an interval, however many pairs there are: the ends of a 95 % interval then rest on five draws each."""
_PAIRS_DRAWN = 200_000_000
"""Pairs that all draws of one interval may come to, if that leaves ``FEWEST_DRAWS``."""

DIGITS = 6
"""Of the ends of intervals, after the point."""

_NO_WIDTH = 1e-6

Measures = Callable[[F64], Sequence[float]]
"""Weights of all items -> the value of each measure."""


def estimates(
    measures: Measures,
    items: int,
    draws: Iterator[F64],
    groups: int,
    span: Span = (0.0, 1.0),
    scales: F64 | float = 1.0,
) -> list[Estimate]:
    """Return the value of each measure, with its 95 % percentile interval.

    Parameters
    ----------
    measures
        Computes all of them of one draw.
    items
        How many items there are.
    draws
        How often each item is drawn, (items,) each.
    groups
        How many independent groups there are. Of fewer than five, resampling says nothing; of fewer than thirty, an
        interval without width is not believed. Hoeffding's bound for a mean of so many values stands in for it.
    span
        Between which numbers every value lies.
    scales
        What the deviations of draws from the values are multiplied by, (measures,): see ``spread_scales``.
    """
    values = np.array(measures(np.ones(items)))
    low, high = hoeffding_intervals(values, np.full(len(values), float(groups)), span)
    if groups >= FEW:
        drawn = np.array([measures(weights) for weights in draws])
        resampled = np.nanquantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
        resampled = np.clip(values + scales * _student(groups) * (resampled - values), *span)
        is_wide = (groups >= ENOUGH_PROBLEMS) | (resampled[1] - resampled[0] > _NO_WIDTH)
        low, high = np.where(is_wide, resampled[0], low), np.where(is_wide, resampled[1], high)
    rows = zip(values, np.minimum(low, values), np.maximum(high, values), strict=True)
    return [Estimate(float(value), round(float(lo), DIGITS), round(float(hi), DIGITS)) for value, lo, hi in rows]


def _student(groups: int) -> float:
    """Return how much wider an interval of so few groups is than one of many, as Student's t is than the normal.

    Percentiles of draws are too near for small samples: they lack the factor sqrt(n / (n - 1)) and the wider tails
    of t (Hesterberg 2015, The American Statistician 69(4), 5). Quantiles of t by the expansion of Cornish and Fisher.
    """
    z, free = NormalDist().inv_cdf((1 + LEVEL) / 2), groups - 1
    t = z + (z**3 + z) / (4 * free) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * free**2)
    return float(t / z * np.sqrt(groups / free))


def group_draws(groups: I64, resamples: int) -> Iterator[F64]:
    """Yield how often each item is drawn if its group is drawn with all of its items (cluster bootstrap)."""
    for counts in drawn_counts(int(groups.max()) + 1, resamples):
        yield counts[groups]


def drawn_counts(number: int, resamples: int) -> Iterator[F64]:
    """Yield how often each of so many groups is drawn, (number,) each."""
    generator = np.random.default_rng(RANDOM_SEED)
    for _ in range(min(resamples, MOST_DRAWS)):
        drawn = generator.integers(0, number, number)
        yield np.bincount(drawn, minlength=number).astype(np.float64)


def draws_for(pairs: int, resamples: int) -> int:
    """Return how often an interval of so many pairs is drawn."""
    return min(resamples, MOST_DRAWS, max(FEWEST_DRAWS, _PAIRS_DRAWN // max(1, pairs)))
