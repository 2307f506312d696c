"""Tables of clones and classification: measures of the pairs or programs that all entries have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.errors import InputError, did_you_mean
from synthcode.evaluation.classification.items.item_comparison import by_kind, item_keys
from synthcode.evaluation.classification.items.item_measures import Measure, PairMeasures, ProgramMeasures, measures_of
from synthcode.evaluation.classification.measures.intervals import drawn_counts, draws_for, estimates
from synthcode.evaluation.classification.measures.shared_problems import pair_spread
from synthcode.evaluation.classification.measures.weighted_items import F64
from synthcode.evaluation.classification.stored_scores import SHOWN_MEASURES, read_scores
from synthcode.evaluation.leaderboard.content import Cost, Entry, Kind, Table
from synthcode.evaluation.leaderboard.entries.costs import Costs
from synthcode.evaluation.leaderboard.entries.folders import AGAIN
from synthcode.evaluation.leaderboard.entries.names import Encoder
from synthcode.evaluation.leaderboard.tables.common_rows import CommonRows, about_encoders
from synthcode.evaluation.leaderboard.tables.lines import Scored, make_table
from synthcode.evaluation.results.comparison import Estimate
from synthcode.evaluation.results.coverage import few_problems
from synthcode.vocabulary import MAIN_SCORES


@dataclass(frozen=True)
class ScoredEntry:
    """An entry with its scored pairs or programs of one kind of task."""

    entry: Entry
    encoder_kind: str
    cost: Cost
    items: pa.Table
    """Schema ``PAIR_SCORES`` or ``PROGRAM_SCORES``."""
    metrics: Sequence[str]
    """The metrics that its results have."""
    warnings: Sequence[str]
    """Of its results."""


def scored_entries(encoders: Sequence[Encoder]) -> dict[Kind, list[ScoredEntry]]:
    """Return the entries of each table, in the order of the encoders; of two results of one exit, the first counts.

    Raises
    ------
    InputError
        If a file is damaged.
    """
    found: dict[Kind, dict[Entry, ScoredEntry]] = defaultdict(dict)
    for encoder in encoders:
        costs = Costs(encoder)
        for folder, facts in encoder.results:
            scores = read_scores(folder)
            if pc.any(pc.invert(pc.is_finite(scores.items["score"]))).as_py():
                raise InputError(f"{folder} holds scores that are not finite numbers", AGAIN)
            level = "" if facts.requirement is None else str(facts.requirement["level"])
            for macro, items in by_kind(scores.items).items():
                dims = encoder.dims.get(macro.exit)
                entry = Entry(encoder.name, macro.exit, dims, "float32" if dims else None)
                one = ScoredEntry(entry, encoder.kind, costs.of(entry), items, scores.metrics, facts.warnings)
                found[Kind(macro.task, macro.variant, level)].setdefault(entry, one)
    return {kind: list(entries.values()) for kind, entries in found.items()}


def shared_metrics(entries: Sequence[ScoredEntry]) -> list[str]:
    """Return the metrics that all entries have."""
    return [name for name in entries[0].metrics if all(name in one.metrics for one in entries)]


def item_table(kind: Kind, entries: Sequence[ScoredEntry], metric: str | None, resamples: int) -> Table:
    """Return the table of one task and variant.

    Parameters
    ----------
    kind
        What it is of.
    entries
        With their pairs or programs.
    metric
        The one that ranks. Default: the main one.
    resamples
        Of intervals, at most, and of tests, at least.

    Raises
    ------
    InputError
        If the entries do not have the metric, or no main one in common.
    """
    chosen, items, notes = _on_common_items(kind, entries)
    shared = shared_metrics(chosen)
    ranking = _metric(kind, shared, metric)
    measured = [_Measured(measures_of(rows)) for rows in items]
    shown = [ranking, *(name for name in SHOWN_MEASURES if name in shared and name != ranking)]
    first = measured[0].measure(ranking)
    scored = Scored(
        entries=[(one.entry, one.encoder_kind, one.cost) for one in chosen],
        estimates=[one.estimate(ranking, resamples) for one in measured],
        values={name: np.array([one.value(name) for one in measured]) for name in shown},
        shares=np.stack([one.shares(ranking) for one in measured], axis=1),
    )
    noun = "pairs" if first.pairs is not None else "programs"
    return make_table(
        kind,
        ranking,
        scored,
        counts={noun: (first.items, first.items), "problems": (first.problems, first.problems)},
        resamples=(draws_for(first.items, resamples), resamples),
        notes=notes,
        warnings=[*few_problems(first.problems), *_warnings(chosen)],
    )


def _on_common_items(kind: Kind, entries: Sequence[ScoredEntry]) -> tuple[list[ScoredEntry], list[pa.Table], list[str]]:
    """Return the entries that have pairs or programs in common, those rows of each, and what is left out."""
    names = [one.entry.encoder for one in entries]
    rows = CommonRows(names, [item_keys(one.items) for one in entries])
    kept = rows.encoders_in_common()
    noun = "pair" if "program_a" in entries[0].items.column_names else "program"
    notes = about_encoders(kind, names, kept, f"it shares no {noun} with the others.")
    if summary := rows.summary(kind, kept, noun):
        notes.append(f"{summary} {rows.lacking(kept)}")
    chosen = [one for one, is_kept in zip(entries, kept, strict=True) if is_kept]
    places = [np.sort(mine) for mine in rows.places(kept)]
    return chosen, [one.items.take(pa.array(mine)) for one, mine in zip(chosen, places, strict=True)], notes


def _metric(kind: Kind, shared: Sequence[str], given: str | None) -> str:
    if given is not None:
        if given not in shared:
            raise InputError(
                f"not all results of {kind.task} have a metric {given!r}{did_you_mean(given, shared)}",
                f"use one of: {', '.join(shared)}",
            )
        return given
    found = next((name for name in MAIN_SCORES if name in shared), None)
    if found is None:
        raise InputError(
            f"the results of {kind.task} have no main metric in common", "evaluate all on the same task and dataset"
        )
    return found


class _Measured:
    """The measures of one entry.

    Parameters
    ----------
    measures
        Of its pairs or programs.
    """

    def __init__(self, measures: PairMeasures | ProgramMeasures) -> None:
        self._measures, self._known = measures, dict[str, Measure]()

    def measure(self, name: str) -> Measure:
        if name not in self._known:
            self._known[name] = self._measures.measure(name)
        return self._known[name]

    def value(self, name: str) -> float:
        return self.measure(name).value(np.ones(self._measures.problems))

    def shares(self, name: str) -> F64:
        """Return what each problem adds to the measure, (problems,); they add up to it."""
        slopes = self.measure(name).slopes
        shares: F64 = self.value(name) / len(slopes) + slopes - slopes.mean()
        return shares

    def estimate(self, name: str, resamples: int) -> Estimate:
        """Return the measure with its interval over problems."""
        measure, problems = self.measure(name), self._measures.problems
        draws = drawn_counts(problems, draws_for(measure.items, resamples))
        spread = None
        if measure.pairs is not None:
            shares, first, second = measure.pairs
            spread = pair_spread(shares[None, :], first, second, problems)
        return estimates(lambda counts: [measure.value(counts)], problems, draws, measure.problems, spread=spread)[0]


def _warnings(entries: Sequence[ScoredEntry]) -> list[str]:
    """Return the warnings that all entries' results have."""
    shared = [set(one.warnings) for one in entries]
    return sorted(set.intersection(*shared)) if shared else []
