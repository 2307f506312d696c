"""From scores to the lines of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from synthcode.decimals import rounded
from synthcode.evaluation.leaderboard.content import Cost, Entry, Kind, Line, Table
from synthcode.evaluation.leaderboard.tables.ranking import Ranking, rank_entries
from synthcode.evaluation.results.comparison import DIGITS, Estimate
from synthcode.evaluation.results.coverage import Range
from synthcode.evaluation.results.statistics import LEVEL
from synthcode.evaluation.retrieval.measures import F64


@dataclass(frozen=True)
class Scored:
    """The scores of entries on the same queries, pairs or programs."""

    entries: Sequence[tuple[Entry, str, Cost]]
    """Each with the kind of its encoder and its cost."""
    estimates: Sequence[Estimate]
    """Of the metric that ranks."""
    values: Mapping[str, F64]
    """Metric -> the mean of each entry, (entries,)."""
    shares: F64
    """What each problem adds to the metric that ranks, (problems, entries)."""


def make_table(
    kind: Kind,
    metric: str,
    scored: Scored,
    *,
    counts: Mapping[str, Range],
    resamples: tuple[int, int],
    notes: Sequence[str],
    warnings: Sequence[str],
) -> Table:
    """Rank entries.

    Parameters
    ----------
    kind, counts, notes, warnings
        Of the table.
    metric
        The one that ranks.
    scored
        Entries with their scores.
    resamples
        Of the intervals; of the tests, at least.
    """
    ranking = rank_entries(scored.shares, resamples[1])
    values = scored.values[metric]
    names = [one[0] for one in scored.entries]
    order = sorted(range(len(names)), key=lambda at: (-round(float(values[at]), DIGITS), _place(names[at])))
    lines = [_line(at, order, scored, ranking, metric) for at in order]
    metrics = [metric, *(name for name in scored.values if name != metric)]
    return Table(kind, metric, lines, metrics, counts, (resamples[0], ranking.flips), notes, warnings)


def _place(entry: Entry) -> tuple[str, int, int, str]:
    return entry.encoder, entry.exit, entry.dims or 0, entry.precision or ""


def _line(at: int, order: Sequence[int], scored: Scored, ranking: Ranking, metric: str) -> Line:
    entry, kind, cost = scored.entries[at]
    best, values = order[0], scored.values[metric]
    alike = ranking.p_holm[at] >= 1 - LEVEL
    return Line(
        entry=entry,
        kind=kind,
        score=scored.estimates[at],
        values={name: round(float(of_all[at]), DIGITS) for name, of_all in scored.values.items()},
        rank=int(ranking.rank[at]),
        last_rank=int(ranking.last_rank[at]),
        group=int(ranking.group[at]),
        difference=rounded(values[at] - values[best], DIGITS),
        p_holm=float(ranking.p_holm[at, best]),
        same_as=[place for place, other in enumerate(order) if other != at and alike[other]],
        cost=cost,
    )
