"""Means as ``results.json`` holds them: with their intervals, and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synthcode.evaluation.results.comparison import Estimate, Macro
from synthcode.evaluation.results.coverage import Coverage, Covered
from synthcode.vocabulary import MAIN_METRIC


def score_entry(macro: Macro, estimate: Estimate, covered: Coverage) -> dict[str, Any]:
    """Return one mean for ``results.json``, with its interval and what it rests on."""
    return {
        **{"exit": macro.exit, "task": macro.task, "variant": macro.variant, "metric": MAIN_METRIC},
        **estimate._asdict(),
        **covered._asdict(),
    }


def read_score_entries(encoder: str, entries: Sequence[Mapping[str, Any]]) -> tuple[dict[Macro, Estimate], Covered]:
    """Return the means that ``results.json`` holds, and what each rests on.

    Raises
    ------
    ValueError
        If an entry is not one that ``score_entry`` writes, as in results of another version.
    """
    macros: dict[Macro, Estimate] = {}
    covered: dict[tuple[str, int, str, str], Coverage] = {}
    try:
        for entry in entries:
            macro = Macro(encoder, int(entry["exit"]), str(entry["task"]), str(entry["variant"]))
            macros[macro] = Estimate(*(float(entry[name]) for name in Estimate._fields))
            pairs, queries, problems = (int(entry[name]) for name in ("pairs", "queries", "problems"))
            covered[macro] = Coverage(
                pairs, queries, problems, _range(entry["documents"]), _range(entry["queries_a_pair"])
            )
    except (KeyError, TypeError, OverflowError) as problem:
        raise ValueError(f"not a score entry: {problem}") from problem
    return macros, covered


def _range(given: Sequence[int]) -> tuple[int, int]:
    low, high = given
    return int(low), int(high)
