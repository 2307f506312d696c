"""From results folders to a leaderboard."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from synthcode.errors import InputError, did_you_mean
from synthcode.evaluation.leaderboard.content import Kind, Leaderboard, Table
from synthcode.evaluation.leaderboard.folders import Found, find_results
from synthcode.evaluation.leaderboard.names import Encoder, encoders_of, repeated_results
from synthcode.evaluation.leaderboard.retrieval_entries import RankedEntry, entries_by_kind
from synthcode.evaluation.leaderboard.retrieval_tables import retrieval_table
from synthcode.evaluation.results.statistics import RESAMPLES
from synthcode.vocabulary import LEVELS, MAIN_METRIC, METRICS, RETRIEVAL, TASKS, VARIANTS, Metric


def make_leaderboard(folders: Sequence[Path], metric: str | None = None, resamples: int = RESAMPLES) -> Leaderboard:
    """Rank the results in folders.

    Parameters
    ----------
    folders
        Results folders, folders that hold some, or runs.
    metric
        The one that ranks. Default: the main one of each task.
    resamples
        Of intervals, at most, and of tests, at least.

    Raises
    ------
    InputError
        If a folder holds no results, they are damaged or of different datasets, or there is no such metric.
    """
    found, notes = find_results(folders)
    retrieval = [one for one in found if one.task == RETRIEVAL]
    tables: list[Table] = []
    if retrieval:
        tables += _retrieval_tables(retrieval, _known(metric or MAIN_METRIC), resamples, notes)
    others = [one for one in found if one.task != RETRIEVAL]
    notes += [f"{one.folder.name} is left out: it is of {one.task}." for one in others]
    facts = found[0].facts
    return Leaderboard(facts.dataset, facts.split, tables, notes)


def _retrieval_tables(results: Sequence[Found], metric: Metric, resamples: int, notes: list[str]) -> list[Table]:
    encoders = encoders_of(results)
    kinds = entries_by_kind(encoders)
    notes += [*repeated_results(encoders), *_about_missing(kinds, encoders)]
    tables = [retrieval_table(kind, kinds[kind], metric, resamples) for kind in sorted(kinds, key=_place)]
    if len(encoders) > 1 and not any(len({line.entry.encoder for line in table.lines}) > 1 for table in tables):
        raise InputError(
            "no two of the results have a query in common: none is of the same languages, variant and documents",
            "evaluate all with the same dataset, split, variants, languages, level and limit",
        )
    return tables


def _about_missing(kinds: dict[Kind, list[RankedEntry]], encoders: Sequence[Encoder]) -> list[str]:
    """Say which encoders have no results of a task that others have."""
    notes = []
    for kind in sorted(kinds, key=_place):
        there = {one.entry.encoder for one in kinds[kind]}
        missing = [one.name for one in encoders if one.name not in there]
        if missing and not kind.level:
            notes.append(f"{kind.task} {kind.variant}: no results of {', '.join(missing)}.")
    return notes


def _place(kind: Kind) -> tuple[object, ...]:
    """Return what sorts tables: retrieval first, all programs first, variants in the usual order."""
    known = [(TASKS, kind.task), (("", *LEVELS), kind.level), (VARIANTS, kind.variant)]
    return tuple((names.index(name) if name in names else len(names), name) for names, name in known)


def _known(metric: str) -> Metric:
    found = next((name for name in METRICS if name == metric), None)
    if found is None:
        raise InputError(f"no metric {metric!r}{did_you_mean(metric, METRICS)}", f"use one of: {', '.join(METRICS)}")
    return found
