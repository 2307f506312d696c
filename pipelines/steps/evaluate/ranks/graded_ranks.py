"""The ranks of relevant documents by grade."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from synthcode.evaluation.retrieval.grades import by_grade
from synthcode.evaluation.retrieval.ranks import labelled, sorted_ranks
from synthcode.pipelines.steps.evaluate.evaluation_input import Evaluation
from synthcode.pipelines.steps.evaluate.ranks.encoder_ranks import rank_parts
from synthcode.schemas.results import GRADED_RANKS, GRADED_RANKS_NAME
from synthcode.storage.shards import write_table


def graded_ranks(evaluation: Evaluation) -> pa.Table | None:
    """Return the ranks by grade (schema ``GRADED_RANKS``); None if they were not requested.

    Raises
    ------
    InputError
        If the programs have no levels of verification.
    """
    if not evaluation.graded:
        return None
    tables = []
    for grade, benchmark in by_grade(evaluation.benchmark).items():
        parts, _ = rank_parts(replace(evaluation, benchmark=benchmark), f"ranking, grade {grade}")
        rows = sorted_ranks([labelled(part, evaluation.label) for part in parts])
        tables.append(rows.add_column(0, GRADED_RANKS.field("grade"), pa.array([grade] * rows.num_rows, pa.int8())))
    return pa.concat_tables(tables)


def write_graded_ranks(folder: Path, rows: pa.Table | None) -> None:
    """Write ``ranks_graded.parquet``, or remove an earlier one."""
    if rows is None:
        (folder / GRADED_RANKS_NAME).unlink(missing_ok=True)
    else:
        write_table(folder / GRADED_RANKS_NAME, rows)
