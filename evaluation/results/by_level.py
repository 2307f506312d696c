"""Scores by level of verification: whether programs that no test has passed change what an encoder scores.

In these tables the name of a level stands where others have that of the encoder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.evaluation.results.common_queries import ANY_CORPUS, on_common_queries
from synthcode.evaluation.results.comparison import (
    Difference,
    Estimate,
    Macro,
    cell_sums,
    differences_of,
    macro_estimates,
)
from synthcode.evaluation.results.coverage import Covered, coverage
from synthcode.evaluation.retrieval.ranks import labelled
from synthcode.schemas.results import RANKS
from synthcode.vocabulary import LEVELS, Level

ALL = "all programs"


@dataclass(frozen=True)
class LevelScores:
    """The means of all programs and of each level. A macro's ``encoder`` is a name from ``level_name``."""

    macros: Mapping[Macro, Estimate]
    """Each on the queries that it has."""
    covered: Covered
    common: Mapping[Macro, Estimate]
    """On the queries that all levels have."""
    common_covered: Covered
    differences: Mapping[Macro, Difference]
    """Of each level to all programs, on the queries that all levels have."""


def level_name(level: Level | None) -> str:
    """Return what tables call the programs that have reached a level; None is all programs."""
    if level is None:
        return ALL
    return level if level == LEVELS[-1] else f"{level} or higher"


def by_level(ranks: pa.Table, level_ranks: Mapping[Level, pa.Table], resamples: int) -> LevelScores:
    """Score all programs and each level.

    Parameters
    ----------
    ranks
        Schema ``RANKS``, of one encoder and all programs.
    level_ranks
        The same of the programs that have reached a level.
    resamples
        Of intervals and tests.
    """
    named = [labelled(ranks, ALL), *(labelled(some, level_name(level)) for level, some in level_ranks.items())]
    common = on_common_queries(named, ANY_CORPUS).ranks
    ours = cell_sums(pa.concat_tables([RANKS.empty_table(), *common[1:]]))
    theirs = cell_sums(common[0])
    differences = differences_of([(one, one._replace(encoder=ALL)) for one in ours], ours, theirs, resamples)
    whole, shared = pa.concat_tables(named), pa.concat_tables(common)
    return LevelScores(
        macros=macro_estimates(whole, resamples=resamples),
        covered=coverage(whole),
        common=macro_estimates(shared, resamples=resamples),
        common_covered=coverage(shared),
        differences={one.first: one for one in differences},
    )


def split_levels(level_ranks: pa.Table) -> dict[Level, pa.Table]:
    """Return the ranks (schema ``RANKS``) of each level in a table of schema ``LEVEL_RANKS``, the weakest first."""
    there = set(pc.unique(level_ranks["level"]).to_pylist())
    return {
        level: level_ranks.filter(pc.equal(level_ranks["level"], level)).select(RANKS.names).cast(RANKS)
        for level in LEVELS
        if level in there
    }


def place(name: str) -> int:
    """Return the place of a level's name in a table: all programs first, then the weakest level."""
    return [level_name(level) for level in (None, *LEVELS)].index(name)
