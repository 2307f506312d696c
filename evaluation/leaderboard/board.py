"""From results folders to a leaderboard."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from synthcode.errors import InputError, did_you_mean
from synthcode.evaluation.leaderboard.content import Kind, Leaderboard, Table
from synthcode.evaluation.leaderboard.entries.folders import Found, find_results
from synthcode.evaluation.leaderboard.entries.names import Encoder, encoders_of, repeated_results
from synthcode.evaluation.leaderboard.entries.retrieval_entries import entries_by_kind
from synthcode.evaluation.leaderboard.tables.retrieval_tables import retrieval_table
from synthcode.evaluation.results.statistics import RESAMPLES
from synthcode.vocabulary import LEVELS, MAIN_METRIC, METRICS, RETRIEVAL, STYLE_TASKS, TASKS, VARIANTS


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
    by_kind: dict[tuple[str, str], list[Found]] = defaultdict(list)
    for one in found:
        by_kind[one.task, one.facts.dataset_digest].append(one)
    labels = _dataset_labels(found)
    tables: list[Table] = []
    for (task, content), results in by_kind.items():
        encoders = encoders_of(results)
        notes += repeated_results(encoders)
        made, missing = (_retrieval_tables if task == RETRIEVAL else _item_tables)(encoders, metric, resamples)
        _refuse_nothing_in_common(encoders, made)
        tables += [replace(table, kind=table.kind._replace(dataset=labels[content])) for table in made]
        notes += missing
    _refuse_unknown_metric(metric, tables)
    datasets, splits = (list(dict.fromkeys(names)) for names in zip(*map(_named, found), strict=True))
    return Leaderboard("; ".join(datasets), ", ".join(splits), sorted(tables, key=lambda one: _place(one.kind)), notes)


def _dataset_labels(found: Sequence[Found]) -> dict[str, str]:
    """Return what tables call each dataset, split and corpus, by digest; empty if there is only one."""
    named = {one.facts.dataset_digest: " ".join(_named(one)) for one in found}
    if len(named) == 1:
        return dict.fromkeys(named, "")
    count = Counter(named.values())
    return {content: name if count[name] == 1 else f"{name} ({content[:8]})" for content, name in named.items()}


def _named(found: Found) -> tuple[str, str]:
    return found.facts.dataset, found.facts.split


def _retrieval_tables(encoders: Sequence[Encoder], metric: str | None, resamples: int) -> tuple[list[Table], list[str]]:
    """Return the tables of retrieval, and which encoders a table lacks."""
    kinds = entries_by_kind(encoders)
    ranking = next((name for name in METRICS if name == metric), MAIN_METRIC)
    tables = [retrieval_table(kind, entries, ranking, resamples) for kind, entries in kinds.items()]
    present = {kind: {one.entry.encoder for one in entries} for kind, entries in kinds.items()}
    return tables, _about_missing(present, encoders)


def _item_tables(encoders: Sequence[Encoder], metric: str | None, resamples: int) -> tuple[list[Table], list[str]]:
    """Return the tables of clones or classification, and which encoders a table lacks."""
    # Numba's kernels take half a second to import.
    from synthcode.evaluation.leaderboard.tables.item_tables import item_table, scored_entries, shared_metrics

    kinds = scored_entries(encoders)
    tables = [
        item_table(kind, entries, metric if metric in shared_metrics(entries) else None, resamples)
        for kind, entries in kinds.items()
    ]
    present = {kind: {one.entry.encoder for one in entries} for kind, entries in kinds.items()}
    return tables, _about_missing(present, encoders)


def _refuse_nothing_in_common(encoders: Sequence[Encoder], tables: Sequence[Table]) -> None:
    compared = any(len({line.entry.encoder for line in table.lines}) > 1 for table in tables)
    if len(encoders) > 1 and not compared:
        raise InputError(
            "no two of the results have a query in common: none is of the same languages, variant and documents",
            "evaluate all with the same dataset, split, variants, languages, level and limit",
        )


def _refuse_unknown_metric(metric: str | None, tables: Sequence[Table]) -> None:
    if metric is None or any(table.metric == metric for table in tables):
        return
    known = list(dict.fromkeys(name for table in tables for name in sorted(table.metrics, key=_usual_place)))
    raise InputError(f"no metric {metric!r}{did_you_mean(metric, known)}", f"use one of: {', '.join(known)}")


def _usual_place(metric: str) -> int:
    return next((place for place, name in enumerate(METRICS) if name == metric), len(METRICS))


def _about_missing(present: Mapping[Kind, set[str]], encoders: Sequence[Encoder]) -> list[str]:
    """Say which encoders have no results of a task and variant that others have."""
    notes = []
    for kind in sorted(present, key=_place):
        missing = [one.name for one in encoders if one.name not in present[kind]]
        if missing and not kind.level:
            notes.append(f"{kind.task} {kind.variant}: no results of {', '.join(missing)}.")
    return notes


def _place(kind: Kind) -> tuple[object, ...]:
    """Return what sorts tables: retrieval first, all programs first, variants in the usual order."""
    known = [((*TASKS, *STYLE_TASKS), kind.task), (("", *LEVELS), kind.level), (VARIANTS, kind.variant)]
    return tuple((names.index(name) if name in names else len(names), name) for names, name in known)
