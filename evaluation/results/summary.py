"""From ranks to metrics: the mean of each cell, with its interval over problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from synthcode.decimals import rounded
from synthcode.evaluation.results.small_samples import honest_intervals
from synthcode.evaluation.results.statistics import RESAMPLES, Intervals, bootstrap_intervals, by_problem
from synthcode.evaluation.retrieval.grouping import sorted_groups
from synthcode.evaluation.retrieval.measures import F64, MEASURES
from synthcode.evaluation.retrieval.ranks import query_ranks
from synthcode.sanitize import csv_cell
from synthcode.schemas.results import CELL_KEYS, METRICS, METRICS_NAME
from synthcode.storage.atomic import writing

DIGITS = 6
"""After the point, in ``metrics.csv``."""


def summarise(ranks: pa.Table, resamples: int = RESAMPLES) -> pa.Table:
    """Return every metric of every cell (schema ``METRICS``), sorted by cell.

    Parameters
    ----------
    ranks
        Schema ``RANKS``, in any order.
    resamples
        Draws of the bootstrap.
    """
    ranks = ranks.sort_by([(key, "ascending") for key in (*CELL_KEYS, "query_id")])
    encoded = ranks["problem_id"].combine_chunks().dictionary_encode()
    problems, number = np.asarray(encoded.indices, dtype=np.int64), len(encoded.dictionary)
    rows: list[dict[str, Any]] = []
    sums, counts = [], []
    for cell, start, part in sorted_groups(ranks, CELL_KEYS):
        mine = problems[start : start + part.num_rows]
        counts.append(by_problem(np.ones(len(mine)), mine, number))
        found = query_ranks(part)
        size = {"problems": len(np.unique(mine)), "documents": part["documents"][0].as_py()}
        for metric, measure in MEASURES.items():
            values = measure(found)
            rows.append({**cell, "metric": metric, "value": float(values.mean()), "n": part.num_rows} | size)
            sums.append(by_problem(values, mine, number))
    if not rows:
        return METRICS.empty_table()
    low, high = cell_intervals(rows, np.stack(sums, axis=1), np.stack(counts, axis=1), resamples)
    for row, lo, hi in zip(rows, low, high, strict=True):
        row |= {"lo": rounded(lo, DIGITS), "hi": rounded(hi, DIGITS), "value": rounded(row["value"], DIGITS)}
    return pa.Table.from_pylist(rows, schema=METRICS)


def cell_intervals(rows: Sequence[Mapping[str, Any]], sums: F64, counts: F64, resamples: int) -> Intervals:
    """Return the intervals of all rows, (rows,); the counts of a cell stand for all of its measures.

    Parameters
    ----------
    rows
        With ``value`` and ``problems``.
    sums, counts
        What each problem has: (problems, rows) and (problems, cells).
    resamples
        Draws of the bootstrap.
    """
    resampled = bootstrap_intervals(sums, counts, resamples=resamples)
    values = np.array([row["value"] for row in rows])
    problems = np.array([row["problems"] for row in rows], dtype=np.int64)
    shares = np.repeat(counts / counts.sum(axis=0), sums.shape[1] // counts.shape[1], axis=1)
    return honest_intervals(resampled, values, shares, problems)


def write_metrics(folder: Path, metrics: pa.Table) -> Path:
    """Write ``metrics.csv``."""
    path = folder / METRICS_NAME
    with writing(path) as stream:
        pa.csv.write_csv(_with_safe_texts(metrics), stream, pa.csv.WriteOptions(quoting_style="needed"))
    return path


def _with_safe_texts(table: pa.Table) -> pa.Table:
    """Return a table that a spreadsheet may open: names of encoders and languages are foreign."""
    for index, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            texts = pa.array([csv_cell(text) for text in table.column(index).to_pylist()], field.type)
            table = table.set_column(index, field, texts)
    return table
