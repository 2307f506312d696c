"""Uncertainty of means over dependent queries: the unit of resampling is the problem, with all of its queries.

Two programs of one problem are not independent evidence, nor are its queries in nine languages. Intervals from
resampled queries are two to four times too narrow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from synthcode.evaluation.retrieval.measures import F64

RESAMPLES = 10_000
LEVEL = 0.95
RANDOM_SEED = 0
"""Of the generator: the same ranks give the same intervals and p-values."""

CHUNK_NUMBERS = 1 << 22
"""Random numbers that are held at a time."""

I64 = npt.NDArray[np.int64]
Intervals = tuple[F64, F64]


def bootstrap_intervals(
    sums: F64, counts: F64, groups: I64 | None = None, resamples: int = RESAMPLES, level: float = LEVEL
) -> Intervals:
    """Return percentile intervals of means by the cluster bootstrap.

    Problems are drawn with replacement, each with all of its queries (Davison and Hinkley 1997, Bootstrap Methods and
    their Application, 3.8); all columns are computed on the same draws. A draw without any query of a column says
    nothing about it.

    Parameters
    ----------
    sums, counts
        Of each problem: the sum of a measure over its queries, and their number. (problems, columns); where several
        measures are of the same queries, their columns stand together, and the counts are given once for all of them.
    groups
        The group of each column, from 0: intervals are then of the mean over the columns of a group. (columns,)
    resamples
        How many draws.
    level
        Of the intervals.

    Returns
    -------
    low, high
        (columns,) or (groups,)
    """
    columns = sums.shape[1]
    weights = None if groups is None else _group_weights(groups)
    means = np.empty((columns if weights is None else weights.shape[1], resamples), dtype=np.float32)
    both = np.concatenate([sums, counts], axis=1)
    place = 0
    for draws in _draws(len(sums), resamples, both.shape[1]):
        totals = draws @ both
        means[:, place : place + len(draws)] = _means(totals[:, :columns], totals[:, columns:], weights).T
        place += len(draws)
    quantiles = np.nanquantile if np.isnan(means).any() else np.quantile
    low, high = quantiles(means, [(1 - level) / 2, (1 + level) / 2], axis=1, overwrite_input=True)
    return low.astype(np.float64), high.astype(np.float64)


def _means(sums: F64, counts: F64, weights: F64 | None) -> F64:
    """Return the means of each draw, of columns or of groups of them; NaN where no query was drawn.

    The sums of several measures of the same queries stand together, (draws, counts x measures).
    """
    with np.errstate(invalid="ignore"):
        found: F64 = (sums.reshape(*counts.shape, -1) / counts[:, :, None]).reshape(sums.shape)
        if weights is None:
            return found
        if counts.all():
            grouped: F64 = (found @ weights) / weights.sum(axis=0)
            return grouped
        asked = np.isfinite(found)
        few: F64 = (np.where(asked, found, 0) @ weights) / (asked @ weights)
        return few


def _group_weights(groups: I64) -> F64:
    """Return 1 where a column is of a group, (columns, groups)."""
    return np.equal.outer(groups, np.arange(groups.max() + 1)).astype(np.float64)


def sign_flip_p_values(differences: F64, resamples: int = RESAMPLES) -> F64:
    """Return two-sided p-values that the mean difference is zero, by flipping the signs of whole problems.

    Under the hypothesis both encoders are alike on each problem, so that its difference could as well have the other
    sign (Fisher 1935; for retrieval: Smucker, Allan and Carterette 2007, CIKM). p = (k + 1) / (n + 1), where k of n
    flips reach the observed difference (Phipson and Smyth 2010).

    Parameters
    ----------
    differences
        Of each problem: what it adds to the difference. (problems, hypotheses)
    resamples
        How many flips.
    """
    observed = np.abs(differences.sum(0))
    reached = np.zeros(differences.shape[1], dtype=np.int64)
    # What is equal but for rounding must count as reached.
    bound = observed * (1 - 1e-12) - 1e-15
    for signs in sign_flips(len(differences), max(differences.shape), resamples):
        reached += (np.abs(signs @ differences) >= bound).sum(0)
    return (reached + 1) / (resamples + 1)


def sign_flips(problems: int, numbers: int, resamples: int) -> Iterator[F64]:
    """Yield the signs of flipped problems, (some resamples, problems); the same ones for any data.

    Parameters
    ----------
    problems
        How many.
    numbers
        That are computed of each resample, as many as there are problems or more: they decide how many resamples are
        made at a time.
    resamples
        How many in all.
    """
    generator = np.random.default_rng(RANDOM_SEED)
    for size in _chunks(numbers, resamples):
        yield np.where(generator.random((size, problems)) < 0.5, -1.0, 1.0)


def holm(p_values: Sequence[float] | F64) -> F64:
    """Return p-values adjusted for their number (Holm 1979, Scand. J. Statist. 6): they bound the family-wise error."""
    given = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(given, kind="stable")
    adjusted = np.empty_like(given)
    adjusted[order] = np.minimum(1, np.maximum.accumulate(given[order] * np.arange(len(given), 0, -1)))
    return adjusted


def _draws(problems: int, resamples: int, columns: int) -> Iterator[F64]:
    """Yield how often each problem is drawn, (some resamples, problems); totals of the columns need no more room."""
    generator = np.random.default_rng(RANDOM_SEED)
    for size in _chunks(max(problems, columns), resamples):
        drawn = generator.integers(0, problems, (size, problems), dtype=np.int64)
        drawn += (np.arange(size) * problems)[:, None]
        yield np.bincount(drawn.ravel(), minlength=size * problems).reshape(size, problems).astype(np.float64)


def _chunks(numbers: int, resamples: int) -> Iterator[int]:
    """Yield how many resamples are made at a time, of so many numbers each."""
    most = max(1, CHUNK_NUMBERS // max(1, numbers))
    for start in range(0, resamples, most):
        yield min(most, resamples - start)


def by_problem(values: F64, problems: I64, number: int) -> F64:
    """Return the sum of the values of each problem's queries, (number,)."""
    return np.bincount(problems, weights=values, minlength=number).astype(np.float64)
