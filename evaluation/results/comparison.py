"""Macro means over pairs of languages, and how sure it is that two of them differ.

A macro mean weighs every cell alike, and within it every query. The problem is the unit of its interval, in which all
of its queries in all cells are drawn together, and of the test of a difference, in which all of them change sign.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.decimals import rounded
from synthcode.errors import InputError
from synthcode.evaluation.results.common_queries import on_common_queries
from synthcode.evaluation.results.small_samples import Span, honest_intervals
from synthcode.evaluation.results.statistics import RESAMPLES, bootstrap_intervals, by_problem, holm, sign_flip_p_values
from synthcode.evaluation.retrieval.grouping import sorted_groups
from synthcode.evaluation.retrieval.measures import F64, MEASURES
from synthcode.evaluation.retrieval.ranks import query_ranks
from synthcode.schemas.results import CELL_KEYS
from synthcode.vocabulary import MAIN_METRIC, Metric

DIGITS = 6
"""After the point: intervals are computed in float32."""


class Macro(NamedTuple):
    """A mean over the cells of a task and variant, at one exit."""

    encoder: str
    exit: int
    task: str
    variant: str


class Estimate(NamedTuple):
    """A mean with its 95 % interval over problems; its ends are NaN if no interval would be honest."""

    value: float
    lo: float
    hi: float


@dataclass(frozen=True)
class CellSums:
    """What each problem has in each cell of a task and variant: the sum of a measure over its queries, their number."""

    sums: F64
    """(problems, cells)"""
    counts: F64
    """(problems, cells)"""

    @property
    def shares(self) -> F64:
        """What each problem adds to the macro mean, (problems,)."""
        shares: F64 = (self.sums / self.counts.sum(0)).mean(1)
        return shares

    @property
    def weights(self) -> F64:
        """How much each problem weighs in the macro mean, (problems,); they add up to 1."""
        weights: F64 = (self.counts / self.counts.sum(0)).mean(1)
        return weights

    def __sub__(self, other: CellSums) -> CellSums:
        """Return the difference on the same queries."""
        return CellSums(self.sums - other.sums, self.counts)


@dataclass(frozen=True)
class Difference:
    """Two macro means on the same queries."""

    first: Macro
    second: Macro
    values: tuple[float, float]
    difference: Estimate
    """First minus second."""
    p: float
    """Two-sided, by flipping the signs of problems."""
    p_holm: float
    """Adjusted for all differences of the comparison."""
    queries: int
    problems: int


def cell_sums(ranks: pa.Table, metric: Metric = MAIN_METRIC) -> dict[Macro, CellSums]:
    """Return what each problem has in each cell; problems and cells are in the order of their names.

    Parameters
    ----------
    ranks
        Schema ``RANKS``, in any order.
    metric
        A name in ``MEASURES``.
    """
    ranks = ranks.sort_by([(key, "ascending") for key in (*CELL_KEYS, "query_id")])
    names = pc.unique(ranks["problem_id"]).sort()
    problems = np.asarray(pc.index_in(ranks["problem_id"], value_set=names), dtype=np.int64)
    found: dict[Macro, list[tuple[F64, F64]]] = {}
    for cell, start, rows in sorted_groups(ranks, CELL_KEYS):
        mine = problems[start : start + rows.num_rows]
        sums = by_problem(MEASURES[metric](query_ranks(rows)), mine, len(names))
        counts = by_problem(np.ones(len(mine)), mine, len(names))
        found.setdefault(Macro(cell["encoder"], cell["exit"], cell["task"], cell["variant"]), []).append((sums, counts))
    return {
        macro: CellSums(*(np.stack(columns, axis=1) for columns in zip(*cells, strict=True)))
        for macro, cells in found.items()
    }


def macro_estimates(ranks: pa.Table, metric: Metric = MAIN_METRIC, resamples: int = RESAMPLES) -> dict[Macro, Estimate]:
    """Return the macro means of a metric, with their intervals.

    Parameters
    ----------
    ranks
        Schema ``RANKS``, in any order.
    metric
        A name in ``MEASURES``.
    resamples
        Of the intervals.
    """
    return estimates_of(cell_sums(ranks, metric), resamples)


def estimates_of(sums: Mapping[Macro, CellSums], resamples: int = RESAMPLES) -> dict[Macro, Estimate]:
    """Return the means of the cells of each macro mean, with their intervals."""
    return dict(zip(sums, _estimates(list(sums.values()), resamples), strict=True))


def compare(
    first: pa.Table, second: pa.Table, metric: Metric = MAIN_METRIC, resamples: int = RESAMPLES
) -> list[Difference]:
    """Compare two encoders on their common queries: exit with exit if they have the same, each with each if not.

    Parameters
    ----------
    first, second
        Schema ``RANKS``.
    metric
        A name in ``MEASURES``.
    resamples
        Of intervals and of tests.

    Raises
    ------
    InputError
        If they have no query in common.
    """
    common = on_common_queries([first, second])
    if not common.queries:
        raise InputError(
            "the two results have no query in common: none is of the same languages, variant and documents",
            "evaluate both with the same dataset, split, variants, languages, level and limit",
        )
    ours, theirs = (cell_sums(ranks, metric) for ranks in common.ranks)
    same = {macro.exit for macro in ours} == {macro.exit for macro in theirs}
    pairs = [(one, two) for one in ours for two in theirs if one[2:] == two[2:] and (not same or one.exit == two.exit)]
    return differences_of(pairs, ours, theirs, resamples)


def compare_exits(ranks: pa.Table, metric: Metric = MAIN_METRIC, resamples: int = RESAMPLES) -> list[Difference]:
    """Compare every exit of an encoder with its deepest; an encoder with one exit has no differences."""
    return exit_differences(cell_sums(on_common_queries([ranks]).ranks[0], metric), resamples)


def exit_differences(sums: Mapping[Macro, CellSums], resamples: int = RESAMPLES) -> list[Difference]:
    """Compare every exit with the deepest; all of them have answered the same queries."""
    deepest = max((macro.exit for macro in sums), default=0)
    pairs = [(macro, macro._replace(exit=deepest)) for macro in sums if macro.exit != deepest]
    return differences_of(pairs, sums, sums, resamples)


def differences_of(
    pairs: Sequence[tuple[Macro, Macro]],
    ours: Mapping[Macro, CellSums],
    theirs: Mapping[Macro, CellSums],
    resamples: int,
) -> list[Difference]:
    """Return the differences of pairs of means; the two of a pair are of the same queries."""
    if not pairs:
        return []
    both = [ours[one] - theirs[two] for one, two in pairs]
    p_values = sign_flip_p_values(np.stack([sums.shares for sums in both], axis=1), resamples)
    values = [(float(ours[one].shares.sum()), float(theirs[two].shares.sum())) for one, two in pairs]
    adjusted, estimates = holm(p_values), _estimates(both, resamples, (-1.0, 1.0))
    return [
        Difference(*pairs[at], values[at], estimates[at], float(p_values[at]), float(adjusted[at]), *_size(both[at]))
        for at in range(len(pairs))
    ]


def _size(sums: CellSums) -> tuple[int, int]:
    """Return how many queries and problems a comparison is over."""
    return int(sums.counts.sum()), int((sums.counts.sum(axis=1) > 0).sum())


def _estimates(macros: Sequence[CellSums], resamples: int, span: Span = (0.0, 1.0)) -> list[Estimate]:
    if not macros:
        return []
    sums, counts = (np.concatenate(parts, axis=1) for parts in zip(*((m.sums, m.counts) for m in macros), strict=True))
    groups = np.repeat(np.arange(len(macros)), [macro.sums.shape[1] for macro in macros])
    values = np.array([macro.shares.sum() for macro in macros])
    weights = np.stack([macro.weights for macro in macros], axis=1)
    resampled = bootstrap_intervals(sums, counts, groups, resamples)
    low, high = honest_intervals(resampled, values, weights, (weights > 0).sum(axis=0), span)
    return [Estimate(*(rounded(number, DIGITS) for number in row)) for row in zip(values, low, high, strict=True)]
