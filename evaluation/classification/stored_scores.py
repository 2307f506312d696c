"""The scores of frozen vectors, or of fine-tuned heads, in a results folder, and which of them are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from synthcode.errors import InputError, did_you_mean
from synthcode.evaluation.classification.clones.clone_scores import ALL
from synthcode.evaluation.classification.clones.harder_negatives import DROP
from synthcode.evaluation.classification.items.item_comparison import ItemDifference, compare_item_exits, compare_items
from synthcode.evaluation.classification.items.item_scores import AGAIN, read_item_scores
from synthcode.evaluation.classification.measures.scored import ORACLE
from synthcode.evaluation.results_json import read_facts, scored_task
from synthcode.vocabulary import MAIN_SCORES, PAIR_DIFFICULTIES

SHOWN_MEASURES = (
    *("AP", "F1", "ROC-AUC", *(f"AP_{kind}" for kind in PAIR_DIFFICULTIES), "MAP@R", "accuracy_1nn"),
    *(f"{measure}_{method}" for method in ("probe", "knn", "head") for measure in ("accuracy", "F1", "F1_macro")),
)
"""The measures that the report and leaderboards show; ``tables.md`` has all."""


@dataclass(frozen=True)
class StoredScores:
    """The scores of one encoder's frozen vectors, or of its fine-tuned heads, on one task."""

    encoder: str
    task: str
    rows: Sequence[Mapping[str, Any]]
    """As ``results.json`` holds them."""
    items: pa.Table
    """Schema ``PAIR_SCORES`` or ``PROGRAM_SCORES``."""

    @property
    def metrics(self) -> list[str]:
        """The metrics of all pairs or programs that are compared, in the order in which they are printed."""
        names = dict.fromkeys(row["metric"] for row in overall(self.rows))
        return [name for name in names if not name.startswith(DROP) and not name.endswith(ORACLE)]


def overall(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the scores of all languages together."""
    return [row for row in rows if row.get("query_language", ALL) == ALL]


def refuse_other_tasks(names: Sequence[str], tasks: Sequence[str]) -> None:
    """Refuse to compare results of different tasks.

    Raises
    ------
    InputError
        If the tasks differ.
    """
    if len(set(tasks)) > 1:
        described = ", ".join(f"{name} of {task}" for name, task in zip(names, tasks, strict=True))
        raise InputError(f"the results are of different tasks: {described}", "compare results of one task")


def read_scores(folder: Path) -> StoredScores:
    """Return the scores in a results folder.

    Raises
    ------
    InputError
        If they are not complete, damaged, or of an earlier version.
    """
    facts = read_facts(folder)
    if facts is None:
        raise InputError(f"{folder} is not complete, or another version wrote it", AGAIN)
    return StoredScores(facts.encoder, scored_task(facts), facts.scores, read_item_scores(folder))


def compare_scores(results: Sequence[StoredScores], metric: str | None, resamples: int) -> list[ItemDifference]:
    """Compare two results on their common items, or every exit of one with its deepest.

    Parameters
    ----------
    results
        One or two, of one task and dataset.
    metric
        A name in ``metrics.csv``. Default: the main one that all results have.
    resamples
        Of intervals and tests.

    Raises
    ------
    InputError
        If a result lacks the metric, or they have no item in common.
    """
    chosen = _metric(results, metric)
    if len(results) == 1:
        return compare_item_exits(results[0].items, chosen, resamples)
    return compare_items(results[0].items, results[1].items, chosen, resamples)


def _metric(results: Sequence[StoredScores], metric: str | None) -> str:
    shared = [name for name in results[0].metrics if all(name in one.metrics for one in results)]
    if metric is None:
        metric = next((name for name in MAIN_SCORES if name in shared), None)
        if metric is None:
            raise InputError("the results have no main metric in common", "evaluate both on the same task and dataset")
    elif metric.endswith(ORACLE):
        raise InputError(
            f"{metric} is not compared: its threshold was chosen on the pairs that are scored",
            f"use one of: {', '.join(shared)}",
        )
    elif metric not in shared:
        raise InputError(
            f"no metric {metric!r} in all of these results{did_you_mean(metric, shared)}",
            f"use one of: {', '.join(shared)}",
        )
    return metric
