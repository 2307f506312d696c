"""Scores by width and precision: what smaller vectors lose, and which of them no other choice beats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.evaluation.results.comparison import Difference, Estimate, Macro, cell_sums, differences_of, estimates_of
from synthcode.evaluation.results.pareto_front import on_front
from synthcode.evaluation.results.statistics import holm
from synthcode.evaluation.retrieval.compressed.compression import Compression
from synthcode.schemas.results import RANKS


@dataclass(frozen=True)
class CompressedSearch:
    """The ranks of all widths and precisions."""

    ranks: pa.Table
    """Schema ``COMPRESSED_RANKS``; those of whole vectors as float32 are there, too."""
    widths: Mapping[int, int]
    """Exit -> the dimensions of its whole vectors."""
    seconds: Mapping[Compression, float]
    """Of one query, as ``search_times`` gives them; empty if not measured."""


@dataclass(frozen=True)
class CompressedScore:
    """A mean over pairs of languages at an exit, width and precision."""

    macro: Macro
    compression: Compression
    search_s: float | None
    """Of one query; None if not measured."""
    estimate: Estimate
    difference: Difference | None
    """To the whole vectors of the exit; None for those."""
    on_front: bool = False
    """Whether no other score of the task and variant is as good with as few blocks and bytes."""


def compressed_scores(search: CompressedSearch, resamples: int) -> list[CompressedScore]:
    """Score every exit, width and precision.

    Parameters
    ----------
    search
        The ranks.
    resamples
        Of intervals and tests.

    Returns
    -------
    list of CompressedScore
        By task and variant, then by exit, then the largest vectors first. P-values are adjusted for all of them.
    """
    whole = {
        macro: sums
        for exit_, width in search.widths.items()
        for macro, sums in cell_sums(_ranks_of(search.ranks, Compression(width, "float32"), exit_)).items()
    }
    scores = []
    for compression in _compressions(search.ranks):
        sums = cell_sums(_ranks_of(search.ranks, compression))
        pairs = [(macro, macro) for macro in sums if compression != (search.widths[macro.exit], "float32")]
        differences = {one.first: one for one in differences_of(pairs, sums, whole, resamples)}
        seconds = search.seconds.get(compression)
        scores += [
            CompressedScore(macro, compression, seconds, estimate, differences.get(macro))
            for macro, estimate in estimates_of(sums, resamples).items()
        ]
    return _with_fronts(_adjusted(scores))


def _compressions(ranks: pa.Table) -> list[Compression]:
    """Return the widths and precisions of ranks, the largest vectors first."""
    rows = ranks.group_by(["dims", "precision"]).aggregate([]).to_pylist()
    found = [Compression(row["dims"], row["precision"]) for row in rows]
    return sorted(found, key=lambda one: (-one.bytes_per_vector, -one.dims))


def _ranks_of(ranks: pa.Table, compression: Compression, exit_: int | None = None) -> pa.Table:
    """Return the ranks (schema ``RANKS``) of a width and precision, of all exits or of one."""
    dims, precision = compression
    chosen = pc.and_(pc.equal(ranks["dims"], dims), pc.equal(ranks["precision"], precision))
    if exit_ is not None:
        chosen = pc.and_(chosen, pc.equal(ranks["exit"], exit_))
    return ranks.filter(chosen).select(RANKS.names).cast(RANKS)


def _adjusted(scores: list[CompressedScore]) -> list[CompressedScore]:
    """Adjust the p-values for all differences."""
    p_values = holm(np.array([one.difference.p for one in scores if one.difference is not None]))
    adjusted = iter(p_values.tolist())
    return [
        one
        if one.difference is None
        else replace(one, difference=replace(one.difference, p_holm=float(next(adjusted))))
        for one in scores
    ]


def _with_fronts(scores: list[CompressedScore]) -> list[CompressedScore]:
    """Mark the front of each task and variant, and sort."""
    found = []
    for kind in sorted({one.macro[2:] for one in scores}, key=lambda kind: (kind[0], kind[1] != "stripped", kind[1])):
        mine = [one for one in scores if one.macro[2:] == kind]
        mine.sort(key=lambda one: (one.macro.exit, -one.compression.bytes_per_vector, -one.compression.dims))
        values = np.array([one.estimate.value for one in mine])
        costs = np.array([[one.macro.exit, one.compression.bytes_per_vector] for one in mine], dtype=np.float64)
        found += [replace(one, on_front=bool(is_on)) for one, is_on in zip(mine, on_front(values, costs), strict=True)]
    return found
