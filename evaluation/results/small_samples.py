"""Intervals of means over few problems, where resampling says too little.

A bootstrap of four equal values has no width: it cannot see what was not sampled. For so few problems the interval is
the set of means that Hoeffding's inequality does not rule out, which holds for any distribution of bounded values
(Hoeffding 1963, JASA 58(301), theorem 1). Where all values are 1 or all are 0 it is the exact interval of a proportion
(Clopper and Pearson 1934, Biometrika 26(4)).
"""

from __future__ import annotations

import math

import numpy as np

from synthcode.evaluation.results.coverage import ENOUGH_PROBLEMS
from synthcode.evaluation.results.statistics import I64, LEVEL, Intervals
from synthcode.evaluation.retrieval.measures import F64

FEW = 5
"""Of fewer problems no interval is resampled; of fewer than ``ENOUGH_PROBLEMS`` one without width is not believed."""

_NO_WIDTH = 1e-6
_HALVINGS = 60
Span = tuple[float, float]


def honest_intervals(
    resampled: Intervals, values: F64, shares: F64, problems: I64, span: Span = (0.0, 1.0), level: float = LEVEL
) -> Intervals:
    """Return resampled intervals, with those of too few problems replaced by Hoeffding's.

    Parameters
    ----------
    resampled
        Low and high ends, (columns,) each.
    values
        The means that they are of. (columns,)
    shares
        How much each problem weighs in each mean; every column adds up to 1. (problems, columns)
    problems
        How many problems each mean is over. (columns,)
    span
        Between which numbers every value lies.
    level
        Of the intervals.
    """
    low, high = resampled
    replaced = (problems < FEW) | ((problems < ENOUGH_PROBLEMS) & (high - low < _NO_WIDTH))
    if not replaced.any():
        return low, high
    # A problem that outweighs the others makes them count for less.
    effective = 1 / shares.max(axis=0)
    wide = hoeffding_intervals(values, effective, span, level)
    return np.where(replaced, wide[0], low), np.where(replaced, wide[1], high)


def hoeffding_intervals(values: F64, numbers: F64, span: Span = (0.0, 1.0), level: float = LEVEL) -> Intervals:
    """Return {m: n KL(value, m) <= log(2 / (1 - level))}, the means that n independent values do not rule out.

    Parameters
    ----------
    values
        Observed means. (columns,)
    numbers
        Of independent values in each. (columns,)
    span
        Between which numbers every value lies.
    level
        Of the intervals.
    """
    start, end = span
    unit = np.clip((values - start) / (end - start), 0.0, 1.0)
    bound = math.log(2 / (1 - level)) / numbers
    low, high = _farthest(unit, np.zeros_like(unit), bound), _farthest(unit, np.ones_like(unit), bound)
    return start + low * (end - start), start + high * (end - start)


def _farthest(values: F64, end: F64, bound: F64) -> F64:
    """Return the mean nearest to ``end`` whose divergence from the values stays within the bound, by bisection."""
    inside, outside = values.copy(), end.copy()
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        fits = _divergence(values, middle) <= bound
        inside, outside = np.where(fits, middle, inside), np.where(fits, outside, middle)
    return inside


def _divergence(p: F64, q: F64) -> F64:
    """Return the Kullback-Leibler divergence of two coins."""
    with np.errstate(divide="ignore", invalid="ignore"):
        heads = np.where(p > 0, p * np.log(p / q), 0.0)
        tails = np.where(p < 1, (1 - p) * np.log((1 - p) / (1 - q)), 0.0)
    total: F64 = heads + tails
    return total
