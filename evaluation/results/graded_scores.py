"""Means of nDCG with graded relevance, from ranks by grade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.decimals import rounded
from synthcode.evaluation.results.common_queries import query_names
from synthcode.evaluation.results.comparison import CellSums, Estimate, Macro, estimates_of
from synthcode.evaluation.results.coverage import coverage
from synthcode.evaluation.results.score_entries import score_entry
from synthcode.evaluation.results.statistics import by_problem
from synthcode.evaluation.results.summary import DIGITS, cell_intervals
from synthcode.evaluation.results.tables import macro_table
from synthcode.evaluation.retrieval.grades import graded_ndcg
from synthcode.evaluation.retrieval.grouping import sorted_groups
from synthcode.evaluation.retrieval.measures import F64
from synthcode.schemas.results import CELL_KEYS, METRICS, RANKS

GRADED_METRIC = "nDCG@10_graded"
"""Its name in ``metrics.csv`` and in JSON."""
EXPLAINED = (
    "nDCG@10 with grades: a pair whose programs are a seed's own or have passed their tests has 2, any other right pair"
    " 1, every other document 0."
)


class _Cell(NamedTuple):
    """What a cell has of each problem."""

    keys: Mapping[str, Any]
    values: F64
    """Of its queries."""
    sums: F64
    """(problems,)"""
    counts: F64
    """Queries, (problems,)."""
    documents: int


def graded_estimates(ranks: pa.Table, resamples: int) -> dict[Macro, Estimate]:
    """Return the means over pairs of languages, with their intervals over problems.

    Parameters
    ----------
    ranks
        Schema ``GRADED_RANKS``, in any order.
    resamples
        Of the intervals.
    """
    found: dict[Macro, list[tuple[F64, F64]]] = {}
    for cell in _cells(ranks):
        keys = cell.keys
        macro = Macro(keys["encoder"], keys["exit"], keys["task"], keys["variant"])
        found.setdefault(macro, []).append((cell.sums, cell.counts))
    sums = {
        macro: CellSums(*(np.stack(columns, axis=1) for columns in zip(*cells, strict=True)))
        for macro, cells in found.items()
    }
    return estimates_of(sums, resamples)


def graded_metrics(ranks: pa.Table, resamples: int) -> pa.Table:
    """Return the mean of every cell (schema ``METRICS``), with its interval, as ``GRADED_METRIC``.

    Parameters
    ----------
    ranks
        Schema ``GRADED_RANKS``, in any order.
    resamples
        Of the intervals.
    """
    cells = list(_cells(ranks))
    if not cells:
        return METRICS.empty_table()
    rows = [
        {**cell.keys, "metric": GRADED_METRIC, "value": float(cell.values.mean()), "n": len(cell.values)}
        | {"problems": int((cell.counts > 0).sum()), "documents": cell.documents}
        for cell in cells
    ]
    sums, counts = (np.stack(columns, axis=1) for columns in zip(*((c.sums, c.counts) for c in cells), strict=True))
    for row, lo, hi in zip(rows, *cell_intervals(rows, sums, counts, resamples), strict=True):
        row |= {"value": rounded(row["value"], DIGITS), "lo": rounded(lo, DIGITS), "hi": rounded(hi, DIGITS)}
    return pa.Table.from_pylist(rows, schema=METRICS)


def graded_entries(ranks: pa.Table, resamples: int) -> list[dict[str, Any]]:
    """Return the means over pairs of languages as ``evaluate --json`` prints them.

    Parameters
    ----------
    ranks
        Schema ``GRADED_RANKS``, in any order.
    resamples
        Of the intervals.
    """
    _, first = np.unique(np.array(query_names(ranks, (*CELL_KEYS, "query_id")).to_pylist()), return_index=True)
    covered = coverage(ranks.take(pa.array(first)).select(RANKS.names))  # a query has a row for each grade
    return [
        {**score_entry(macro, estimate, covered[macro]), "metric": GRADED_METRIC}
        for macro, estimate in sorted(graded_estimates(ranks, resamples).items())
    ]


def _cells(ranks: pa.Table) -> Iterator[_Cell]:
    ranks = ranks.sort_by([(key, "ascending") for key in (*CELL_KEYS, "query_id")])
    names = pc.unique(ranks["problem_id"]).sort()
    for keys, _, rows in sorted_groups(ranks, CELL_KEYS):
        values, first = _per_query(rows)
        problems = np.asarray(pc.index_in(rows["problem_id"], value_set=names), dtype=np.int64)[first]
        sums, counts = (by_problem(one, problems, len(names)) for one in (values, np.ones(len(values))))
        yield _Cell(keys, values, sums, counts, rows["documents"][0].as_py())


def _per_query(rows: pa.Table) -> tuple[F64, np.ndarray]:
    """Return the measure of each query of a cell, and its first row: a query has a row for each grade."""
    lists = rows["ranks"].combine_chunks()
    sizes = np.asarray(lists.value_lengths(), dtype=np.int64)
    _, first = np.unique(np.asarray(rows["query_id"].combine_chunks().dictionary_encode().indices), return_index=True)
    first = np.sort(first)
    starts = np.concatenate([[0], np.cumsum(np.add.reduceat(sizes, first))])
    grades = np.repeat(np.asarray(rows["grade"], dtype=np.float64), sizes)
    return graded_ndcg(starts, np.asarray(lists.flatten(), dtype=np.int32), grades), first


def graded_sections(estimates: Mapping[Macro, Estimate]) -> list[str]:
    """Return the section of ``tables.md``."""
    return ["## Graded relevance", macro_table(estimates), EXPLAINED]
