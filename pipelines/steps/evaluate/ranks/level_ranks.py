"""The ranks of verified programs only, for each level that a dataset has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from synthcode.errors import InputError
from synthcode.evaluation.retrieval.levels import at_level
from synthcode.evaluation.retrieval.ranks import labelled, read_level_ranks, sorted_ranks
from synthcode.pipelines.steps.evaluate.evaluation_input import Evaluation
from synthcode.pipelines.steps.evaluate.ranks.encoder_ranks import rank_parts
from synthcode.schemas.results import LEVEL_RANKS, LEVEL_RANKS_NAME
from synthcode.storage.shards import write_table
from synthcode.vocabulary import Level


def level_ranks(evaluation: Evaluation, *, may_keep: bool) -> pa.Table | None:
    """Return the ranks of each level of a benchmark (schema ``LEVEL_RANKS``); None if it has no levels to compare.

    Parameters
    ----------
    evaluation
        Of all programs, with its store.
    may_keep
        Whether the ranks of all programs are still valid: then so are those of levels that are stored.
    """
    levels = evaluation.levels
    if not levels:
        return None
    known = _known(evaluation) if may_keep else None
    rows = known if known is not None else pa.concat_tables([_ranks_at(evaluation, level) for level in levels])
    names = pa.array([evaluation.label] * rows.num_rows, pa.string())
    return rows.set_column(1, LEVEL_RANKS.field("encoder"), names)


def write_level_ranks(folder: Path, rows: pa.Table | None) -> None:
    """Write ``ranks_by_level.parquet``, or remove an earlier one."""
    if rows is None:
        (folder / LEVEL_RANKS_NAME).unlink(missing_ok=True)
    else:
        write_table(folder / LEVEL_RANKS_NAME, rows)


def _known(evaluation: Evaluation) -> pa.Table | None:
    """Return the ranks by level of the results that are there; None if there are none, or they are damaged."""
    try:
        rows = read_level_ranks(evaluation.folder)
    except InputError:
        return None
    return rows if rows.num_rows else None


def _ranks_at(evaluation: Evaluation, level: Level) -> pa.Table:
    """Return the ranks of one level (schema ``LEVEL_RANKS``)."""
    parts, _ = rank_parts(replace(evaluation, benchmark=at_level(evaluation.benchmark, level)), f"ranking, {level}")
    rows = sorted_ranks([labelled(part, evaluation.label) for part in parts])
    return rows.add_column(0, LEVEL_RANKS.field("level"), pa.array([level] * rows.num_rows, pa.string()))
