"""Another encoder's scores of the same pairs or programs, drawn as lines next to an encoder's exits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthcode.errors import InputError
from synthcode.evaluation.classification.stored_scores import overall
from synthcode.evaluation.results.comparison import Estimate, Macro
from synthcode.evaluation.results_json import read_facts, scored_task
from synthcode.vocabulary import MAIN_SCORES

SCOPE = ("task", "languages", "require", "split", "column")
"""The settings that decide which pairs or programs are scored."""


@dataclass(frozen=True)
class FrozenBaseline:
    """Another encoder's scores."""

    encoder: str
    """Its label."""
    rows: Sequence[Mapping[str, Any]]
    """As ``results.json`` holds them."""
    fingerprint: str
    """Of the results that they are from."""


def find_frozen_baseline(
    named: Path | None, usual: Sequence[Path], task: str, digest: str, settings: Mapping[str, str]
) -> FrozenBaseline | None:
    """Return the named baseline, or the first in a usual place; None if all are missing or of something else.

    Parameters
    ----------
    named
        A results folder, or None.
    usual
        Where BM25's results may be.
    task, digest, settings
        Of the results to be written.

    Raises
    ------
    InputError
        If a named one is not complete, or of another task, dataset or part of it.
    """
    if named is not None:
        return _read(named, task, digest, settings)
    for folder in usual:
        with suppress(InputError):
            return _read(folder, task, digest, settings)
    return None


def main_metric(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the metric of scores that is compared and drawn."""
    metrics = {row["metric"] for row in overall(rows)}
    return next((name for name in MAIN_SCORES if name in metrics), MAIN_SCORES[0])


def main_estimates(encoder: str, rows: Sequence[Mapping[str, Any]], metric: str) -> dict[Macro, Estimate]:
    """Return the scores of one metric by exit and variant."""
    return {
        Macro(encoder, row["exit"], row["task"], row["variant"]): Estimate(row["value"], row["lo"], row["hi"])
        for row in overall(rows)
        if row["metric"] == metric
    }


def _read(folder: Path, task: str, digest: str, settings: Mapping[str, str]) -> FrozenBaseline:
    facts = read_facts(folder)
    if facts is None:
        raise InputError(f"the baseline {folder} is not complete", "evaluate it on the same dataset and task")
    if (other := scored_task(facts)) != task:
        raise InputError(f"the baseline {folder} is of {other}, not of {task}", f"evaluate it with --task {task}")
    if facts.dataset_digest != digest:
        raise InputError(
            f"the baseline {folder} is of another dataset or split ({facts.dataset}, {facts.split})",
            "evaluate it on the same dataset and split",
        )
    for name in SCOPE:
        if facts.settings.get(name) != settings.get(name):
            theirs, ours = (where.get(name) or "the default" for where in (facts.settings, settings))
            raise InputError(
                f"the baseline {folder} has {name} {theirs}, not {ours}", "evaluate it with the same options"
            )
    return FrozenBaseline(facts.encoder, facts.scores, facts.fingerprint)
