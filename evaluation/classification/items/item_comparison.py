"""Whether two encoders, or the exits of one, differ on the same pairs or programs by more than chance.

Intervals draw problems, the same ones for both. The p-value flips the signs of what each problem adds to the
difference, as for retrieval. F1, AP and the like are not means over problems: what a problem adds to them is its
infinitesimal jackknife (``slopes.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.errors import InputError
from synthcode.evaluation.classification.items.item_measures import Measure, PairMeasures, ProgramMeasures, measures_of
from synthcode.evaluation.classification.measures.intervals import Spread, drawn_counts, draws_for, estimates
from synthcode.evaluation.classification.measures.shared_problems import pair_spread
from synthcode.evaluation.classification.measures.weighted_items import F64
from synthcode.evaluation.results.comparison import Estimate, Macro
from synthcode.evaluation.results.statistics import holm, sign_flip_p_values

SAME_ITEM = ("program_a", "program_b"), ("method", "program_id")
"""What makes two rows the same pair, or the same program."""


@dataclass(frozen=True)
class ItemDifference:
    """The scores of two encoders on the same pairs or programs."""

    first: Macro
    second: Macro
    metric: str
    values: tuple[float, float]
    difference: Estimate
    """First minus second."""
    p: float
    """Two-sided, by flipping the signs of what problems add."""
    p_holm: float
    """Adjusted for all differences of the comparison."""
    items: int
    """Pairs or programs."""
    problems: int


class CommonItems:
    """Two results, restricted to the pairs or programs that both have.

    Parameters
    ----------
    first, second
        Schema ``PAIR_SCORES`` or ``PROGRAM_SCORES``, of all exits and variants.

    Raises
    ------
    InputError
        If they are of different kinds, or have no item in common.
    """

    def __init__(self, first: pa.Table, second: pa.Table) -> None:
        if first.schema.names != second.schema.names:
            raise InputError("one result is of pairs, the other of programs", "compare results of one task")
        whole = by_kind(first), by_kind(second)
        self.tables: tuple[dict[Macro, pa.Table], dict[Macro, pa.Table]] = ({}, {})
        self.left_out = [0, 0]
        for variant in sorted({macro.variant for macro in whole[0]} & {macro.variant for macro in whole[1]}):
            mine = [{macro: rows for macro, rows in tables.items() if macro.variant == variant} for tables in whole]
            keys = [item_keys(next(iter(tables.values()))) for tables in mine]
            for side, (tables, other) in enumerate(zip(mine, reversed(keys), strict=True)):
                shared = pc.is_in(keys[side], value_set=other)
                self.left_out[side] += len(shared) - (pc.sum(shared).as_py() or 0)
                self.tables[side].update({macro: rows.filter(shared) for macro, rows in tables.items()})
        if not any(rows.num_rows for rows in self.tables[0].values()):
            raise InputError(
                "the two results have no pair or program in common",
                "evaluate both with the same dataset, split, variants, languages and level",
            )


def compare_items(first: pa.Table, second: pa.Table, metric: str, resamples: int) -> list[ItemDifference]:
    """Compare two encoders on their common items: exit with exit if they have the same, each with each if not.

    Parameters
    ----------
    first, second
        Schema ``PAIR_SCORES`` or ``PROGRAM_SCORES``.
    metric
        Its name in ``metrics.csv``, of all languages.
    resamples
        Of intervals, at most, and of tests.

    Raises
    ------
    InputError
        If they are of different kinds, or have no item in common.
    """
    ours, theirs = CommonItems(first, second).tables
    same = {macro.exit for macro in ours} == {macro.exit for macro in theirs}
    chosen = [(one, two) for one in ours for two in theirs if one[2:] == two[2:] and (not same or one.exit == two.exit)]
    return _differences(chosen, ours, theirs, metric, resamples)


def compare_item_exits(items: pa.Table, metric: str, resamples: int) -> list[ItemDifference]:
    """Compare every exit of an encoder with its deepest; an encoder with one exit has no differences."""
    tables = by_kind(items)
    deepest = max((macro.exit for macro in tables), default=0)
    chosen = [(macro, macro._replace(exit=deepest)) for macro in tables if macro.exit != deepest]
    return _differences(chosen, tables, tables, metric, resamples)


def _differences(
    chosen: Sequence[tuple[Macro, Macro]],
    ours: Mapping[Macro, pa.Table],
    theirs: Mapping[Macro, pa.Table],
    metric: str,
    resamples: int,
) -> list[ItemDifference]:
    if not chosen:
        return []
    found = [_Paired.of(measures_of(ours[one]), measures_of(theirs[two]), metric) for one, two in chosen]
    p_values = np.concatenate([sign_flip_p_values(paired.shares[:, None], resamples) for paired in found])
    adjusted = holm(p_values)
    return [
        ItemDifference(
            *macros,
            metric,
            paired.values,
            paired.interval(resamples),
            float(p),
            float(p_holm),
            paired.first.items,
            paired.first.problems,
        )
        for macros, paired, p, p_holm in zip(chosen, found, p_values, adjusted, strict=True)
    ]


@dataclass(frozen=True)
class _Paired:
    """One measure of two encoders on the same items."""

    first: Measure
    second: Measure
    values: tuple[float, float]
    problems: int

    @classmethod
    def of(cls, first: PairMeasures | ProgramMeasures, second: PairMeasures | ProgramMeasures, metric: str) -> _Paired:
        one, two = first.measure(metric), second.measure(metric)
        once = np.ones(first.problems)
        return cls(one, two, (one.value(once), two.value(once)), first.problems)

    @property
    def shares(self) -> F64:
        """What each problem adds to the difference, (problems,); they add up to it."""
        slopes = self.first.slopes - self.second.slopes
        shares: F64 = (self.values[0] - self.values[1]) / self.problems + slopes - slopes.mean()
        return shares

    def interval(self, resamples: int) -> Estimate:
        """Return the difference with its interval over problems."""
        draws = drawn_counts(self.problems, draws_for(self.first.items, resamples))

        def difference(counts: F64) -> Sequence[float]:
            return [self.first.value(counts) - self.second.value(counts)]

        return estimates(difference, self.problems, draws, self.first.problems, (-1.0, 1.0), self._spread)[0]

    @property
    def _spread(self) -> Spread | None:
        """Return what the deviations of draws are multiplied by: a pair has two problems."""
        one, two = self.first.pairs, self.second.pairs
        if one is None or two is None:
            return None
        return pair_spread((one.shares - two.shares)[None, :], one.first, one.second, self.problems)


def by_kind(items: pa.Table) -> dict[Macro, pa.Table]:
    """Return the items of each exit and variant: they stand one after another."""
    keys = items.select(["encoder", "exit", "task", "variant"])
    found: dict[Macro, pa.Table] = {}
    start = 0
    for row in keys.group_by(keys.column_names, use_threads=False).aggregate([([], "count_all")]).to_pylist():
        number = row.pop("count_all")
        found[Macro(**row)] = items.slice(start, number)
        start += number
    return found


def item_keys(items: pa.Table) -> pa.ChunkedArray:
    """Return a text for each row, which is the same for the same pair or program."""
    names = next(names for names in SAME_ITEM if names[0] in items.column_names)
    texts = [items[name].cast(pa.string()) for name in names]
    return pc.binary_join_element_wise(*texts, "\x1f")
