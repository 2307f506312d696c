"""Tables of retrieval: means over pairs of languages, on the queries that all entries have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.decimals import rounded
from synthcode.evaluation.leaderboard.content import Kind, Table
from synthcode.evaluation.leaderboard.entries.retrieval_entries import RankedEntry
from synthcode.evaluation.leaderboard.tables.lines import Scored, make_table
from synthcode.evaluation.leaderboard.tables.shared_queries import SharedQueries, shared_queries
from synthcode.evaluation.results.common_queries import PAIRS
from synthcode.evaluation.results.comparison import Estimate
from synthcode.evaluation.results.coverage import coverage, warnings_of
from synthcode.evaluation.results.small_samples import honest_intervals
from synthcode.evaluation.results.statistics import I64, bootstrap_intervals, by_problem
from synthcode.evaluation.retrieval.measures import F64, MEASURES
from synthcode.schemas.results import RANKS
from synthcode.vocabulary import METRICS, Metric

MOST_PRODUCTS = 20_000_000_000
"""Multiplications that the intervals of one table may take, if that leaves ``FEWEST_DRAWS``."""
FEWEST_DRAWS = 1_000
"""The ends of a 95 % interval need no more."""


def retrieval_table(kind: Kind, entries: Sequence[RankedEntry], metric: Metric, resamples: int) -> Table:
    """Return the table of one task and variant.

    Parameters
    ----------
    kind
        What it is of.
    entries
        With their ranks.
    metric
        The one that ranks.
    resamples
        Of intervals, at most, and of tests, at least.
    """
    shared = shared_queries(kind, entries)
    measured = {name: MEASURES[name](shared.ranks).reshape(len(shared.entries), -1) for name in METRICS}
    cells = _Cells.of(shared.queries)
    draws = _draws(cells, len(shared.entries), resamples)
    scored = Scored(
        entries=[(one.entry, one.encoder_kind, one.cost) for one in shared.entries],
        estimates=cells.estimates(measured[metric], draws),
        values={name: measured[name] @ cells.weights for name in METRICS},
        shares=cells.shares(measured[metric]),
    )
    (covered,) = coverage(_as_ranks(shared)).values()
    return make_table(
        kind,
        metric,
        scored,
        counts={
            "language_pairs": (covered.pairs, covered.pairs),
            "queries": (covered.queries, covered.queries),
            "problems": (covered.problems, covered.problems),
            "documents": covered.documents,
        },
        resamples=(draws, resamples),
        notes=shared.notes,
        warnings=warnings_of([covered]),
    )


def _as_ranks(shared: SharedQueries) -> pa.Table:
    """Return the queries as rows of schema ``RANKS``; their ranks do not matter."""
    nothing = pa.array([[1]] * shared.queries.num_rows, RANKS.field("ranks").type)
    queries = shared.queries
    columns = [nothing if name == "ranks" else queries[name] for name in RANKS.names]
    return pa.table(columns, schema=RANKS)


class _Cells(NamedTuple):
    """The cell and problem of each query."""

    cells: I64
    """(queries,)"""
    problems: I64
    """(queries,)"""
    counts: F64
    """Queries of each problem in each cell, (problems, cells)."""

    @classmethod
    def of(cls, queries: pa.Table) -> _Cells:
        """Number the cells and problems of queries."""
        names = pc.binary_join_element_wise(*(queries[name] for name in PAIRS), "\x1f")
        cells, problems = (np.unique(names.to_pylist(), return_inverse=True)[1], _problems(queries))
        number = problems.max() + 1, cells.max() + 1
        counts = np.zeros(number)
        np.add.at(counts, (problems, cells), 1)
        return cls(cells, problems, counts)

    @property
    def weights(self) -> F64:
        """How much each query weighs in a mean over cells, (queries,)."""
        weights: F64 = 1 / (self.counts.sum(axis=0)[self.cells] * self.counts.shape[1])
        return weights

    def shares(self, measured: F64) -> F64:
        """Return what each problem adds to the mean of each entry, (problems, entries)."""
        weighed = measured * self.weights
        return np.stack([by_problem(one, self.problems, len(self.counts)) for one in weighed], axis=1)

    def estimates(self, measured: F64, draws: int) -> list[Estimate]:
        """Return the mean of each entry with its interval over problems."""
        entries, (problems, cells) = len(measured), self.counts.shape
        place = self.problems * cells + self.cells
        sums = np.stack([by_problem(one, place, problems * cells) for one in measured], axis=1)
        columns = sums.reshape(problems, cells * entries)
        resampled = bootstrap_intervals(columns, self.counts, np.tile(np.arange(entries), cells), draws)
        values = measured @ self.weights
        weights = np.repeat((self.counts / self.counts.sum(axis=0)).mean(axis=1)[:, None], entries, axis=1)
        low, high = honest_intervals(resampled, values, weights, (weights > 0).sum(axis=0))
        rows = np.stack([values, low, high], axis=1).tolist()
        return [Estimate(*(rounded(number, 6) for number in row)) for row in rows]


def _problems(queries: pa.Table) -> I64:
    """Return the problem of each query by its place among their names in ascending order, (queries,)."""
    names = pc.unique(queries["problem_id"]).sort()
    return np.asarray(pc.index_in(queries["problem_id"], value_set=names), dtype=np.int64)


def _draws(cells: _Cells, entries: int, resamples: int) -> int:
    """Return how often an interval is drawn."""
    return min(resamples, max(FEWEST_DRAWS, MOST_PRODUCTS // (cells.counts.size * entries)))
