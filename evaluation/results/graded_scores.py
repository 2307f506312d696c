"""Means of nDCG with graded relevance, from ranks by grade."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.evaluation.results.comparison import CellSums, Estimate, Macro, estimates_of
from synthcode.evaluation.results.statistics import by_problem
from synthcode.evaluation.results.tables import macro_table
from synthcode.evaluation.retrieval.grades import graded_ndcg
from synthcode.evaluation.retrieval.grouping import sorted_groups
from synthcode.evaluation.retrieval.measures import F64
from synthcode.schemas.results import CELL_KEYS

EXPLAINED = (
    "nDCG@10 with grades: a pair whose programs are a seed's own or have passed their tests has 2, any other right pair"
    " 1, every other document 0."
)


def graded_estimates(ranks: pa.Table, resamples: int) -> dict[Macro, Estimate]:
    """Return the means over pairs of languages, with their intervals over problems.

    Parameters
    ----------
    ranks
        Schema ``GRADED_RANKS``, in any order.
    resamples
        Of the intervals.
    """
    ranks = ranks.sort_by([(key, "ascending") for key in (*CELL_KEYS, "query_id")])
    names = pc.unique(ranks["problem_id"]).sort()
    found: dict[Macro, list[tuple[F64, F64]]] = {}
    for cell, _, rows in sorted_groups(ranks, CELL_KEYS):
        values, first = _per_query(rows)
        problems = np.asarray(pc.index_in(rows["problem_id"], value_set=names), dtype=np.int64)[first]
        columns = by_problem(values, problems, len(names)), by_problem(np.ones(len(values)), problems, len(names))
        found.setdefault(Macro(cell["encoder"], cell["exit"], cell["task"], cell["variant"]), []).append(columns)
    sums = {
        macro: CellSums(*(np.stack(columns, axis=1) for columns in zip(*cells, strict=True)))
        for macro, cells in found.items()
    }
    return estimates_of(sums, resamples)


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
