"""What scoring a task of classification gives: measures with their intervals, and what validation chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa

from synthcode.evaluation.classification.measures.weighted_items import F64, I64, Bools
from synthcode.evaluation.results.comparison import Estimate

ORACLE = "_oracle"
"""What measures end in whose threshold is the best one of the pairs that are scored: they have no interval."""


def without_interval(estimate: Estimate) -> Estimate:
    """Return a value whose interval would not be honest.

    A threshold that is chosen on the pairs that are scored makes them look better than others. Draws that choose it
    again are biased once more, and where the best precision or recall lies varies as the cube root of a sample does,
    for which the bootstrap fails (Abrevaya and Huang 2005, Econometrica 73(4)): on simulated pairs, such intervals held
    the truth in 64 to 99 of 100 samples.
    """
    return Estimate(estimate.value, float("nan"), float("nan"))


class Score(NamedTuple):
    """One measure of one encoder on the split that is scored."""

    metric: str
    estimate: Estimate
    n: int
    """Pairs or programs that it is over."""
    groups: int
    """Independent groups of them."""
    programs: int
    languages: tuple[str, str] | None = None
    """Of the pairs; None if the task has one language."""


class ScoredPairs(NamedTuple):
    """Pairs with their scores, (pairs,) each."""

    scores: F64
    positive: Bools
    first: I64
    """The problem of the first program."""
    second: I64


class Scored(NamedTuple):
    """The scores at one exit."""

    scores: Sequence[Score]
    chosen: Mapping[str, float]
    """What validation chose: the threshold, C, k."""
    items: pa.Table
    """What the scores are computed from, in ascending order: schema ``PAIR_SCORES`` or ``PROGRAM_SCORES``, without the
    columns up to ``variant``."""
