"""Intervals of any measure of weighted items: the unit of resampling is the group, never the item."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from synthcode.evaluation.classification.measures.weighted_items import F64, I64
from synthcode.evaluation.results.comparison import Estimate
from synthcode.evaluation.results.coverage import ENOUGH_PROBLEMS
from synthcode.evaluation.results.small_samples import FEW, Span, hoeffding_intervals
from synthcode.evaluation.results.statistics import LEVEL, RANDOM_SEED
from synthcode.execution.threads import ThreadExecutor

MOST_DRAWS = 1_000
"""The ends of a 95 % interval need no more; each draw computes every measure again."""
FEWEST_DRAWS = 200
"""Of an interval, however many pairs there are: the ends of a 95 % interval then rest on five draws each."""
_PAIRS_DRAWN = 200_000_000
"""Pairs that all draws of one interval may come to, if that leaves ``FEWEST_DRAWS``."""
_DRAWN_AT_ONCE = 1 << 17
"""Weights of the draws that a thread is given at a time: 1 MiB."""

DIGITS = 6
"""Of the ends of intervals, after the point."""

_NO_WIDTH = 1e-6
_WIDEST = 100.0
"""Half an interval on the logit scale: all from 0 to 1."""

Measures = Callable[[F64], Sequence[float]]
"""Weights of all items -> the value of each measure."""


class Spread(NamedTuple):
    """How the deviations of draws compare with those of samples, (measures,) each."""

    scales: F64
    """What deviations of draws are multiplied by."""
    freedom: F64
    """Degrees of freedom of their variance: of few problems, or of some that outweigh the others, it is not sure."""


def estimates(
    measures: Measures,
    items: int,
    draws: Iterator[F64],
    groups: int,
    span: Span = (0.0, 1.0),
    spread: Spread | None = None,
) -> list[Estimate]:
    """Return the value of each measure, with its 95 % interval.

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
        Between which numbers every value lies. Intervals of values from 0 to 1 are symmetric on the logit scale; those
        of differences end at the percentiles of the draws.
    spread
        Of ``pair_spread``. Default: draws vary as samples do, and groups are alike.
    """
    values = np.array(measures(np.ones(items)))
    low, high = hoeffding_intervals(values, np.full(len(values), float(groups)), span)
    if groups >= FEW:
        drawn = _measured(measures, draws, items)
        factors = (
            _student(groups, np.float64(groups - 1))
            if spread is None
            else spread.scales * _student(groups, spread.freedom)
        )
        resampled = _on_logit_scale(values, drawn, factors) if span == (0, 1) else _percentiles(values, drawn, factors)
        resampled = np.clip(resampled, *span)
        is_wide = (groups >= ENOUGH_PROBLEMS) | (resampled[1] - resampled[0] > _NO_WIDTH)
        low, high = np.where(is_wide, resampled[0], low), np.where(is_wide, resampled[1], high)
    rows = zip(values, np.minimum(low, values), np.maximum(high, values), strict=True)
    return [Estimate(float(value), round(float(lo), DIGITS), round(float(hi), DIGITS)) for value, lo, hi in rows]


def _measured(measures: Measures, draws: Iterator[F64], items: int) -> F64:
    """Return the measures of each draw, (draws, measures), in the order of the draws.

    In threads: most measures are loops that are compiled, and hold no lock of the interpreter.
    """
    batches = iter(lambda: list(islice(draws, max(1, _DRAWN_AT_ONCE // items))), [])
    with closing(ThreadExecutor()) as threads:
        found = threads.map_shared(lambda batch: [measures(weights) for weights in batch], batches)
        return np.array([values for batch in found for values in batch])


def _percentiles(values: F64, drawn: F64, factors: F64) -> F64:
    """Return percentiles of draws, their deviations from the values multiplied, (2, measures)."""
    ends: F64 = np.nanquantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return values + factors * (ends - values)


def _on_logit_scale(values: F64, drawn: F64, factors: F64) -> F64:
    """Return intervals that are symmetric on the logit scale, (2, measures).

    A measure near 1 varies less than one far from it, so that a percentile interval is narrow just where the value came
    out too high. On the logit scale the deviation hardly depends on the value (the delta method gives it there).
    """
    slopes = np.maximum(values * (1 - values), _NO_WIDTH)
    widths = factors * NormalDist().inv_cdf((1 + LEVEL) / 2) * np.nanstd(drawn, axis=0) / slopes
    odds = np.maximum(values, _NO_WIDTH) / np.maximum(1 - values, _NO_WIDTH)
    ends = odds * np.exp(np.array([[-1], [1]]) * np.minimum(widths, _WIDEST))
    return np.where(widths > 0, ends / (1 + ends), values)


def _student(groups: int, freedom: F64 | np.float64) -> F64:
    """Return how much wider an interval of so few groups is than one of many, as Student's t is than the normal.

    Deviations of draws are too small for small samples: they lack the factor sqrt(n / (n - 1)) and the wider tails of
    t (Hesterberg 2015, The American Statistician 69(4), 5). Quantiles of t by the expansion of Cornish and Fisher.
    """
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    t = z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
    factors: F64 = t / z * np.sqrt(groups / (groups - 1))
    return factors


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
