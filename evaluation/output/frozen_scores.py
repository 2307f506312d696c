"""Scores of a published benchmark as files: the columns and the folder that all results have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from synthcode.evaluation.classification.intervals import MOST_DRAWS
from synthcode.evaluation.classification.published.scoring import Score
from synthcode.evaluation.cost import ExitCost
from synthcode.evaluation.encoder import ONLY_EXIT
from synthcode.evaluation.output.results_folder import remove_earlier, speed_table, write_costs
from synthcode.evaluation.results.summary import DIGITS, write_metrics
from synthcode.evaluation.results.tables import cost_table, warning_lines
from synthcode.evaluation.results_json import Facts
from synthcode.markdown import markdown_cell, markdown_table
from synthcode.schemas.results import COSTS_NAME, METRICS
from synthcode.storage.atomic import write_text

VARIANT = "raw"
"""Programs are scored as they were published."""

FROZEN = (
    "Frozen vectors: the encoder was not trained on this benchmark. These scores cannot be compared with those of"
    " fine-tuned models, such as the F1 of 93 to 94 of MoSE's exits on BigCloneBench."
)
MEANINGS = {
    "F1": "precision, recall, F1: pairs whose cosine reaches the threshold that is best for F1 on validation",
    "F1_oracle": "*_oracle: the threshold that is best for F1 on test, as mteb chooses it; it flatters every encoder",
    "MAP@R": "MAP@R: programs of a problem retrieve each other; mean average precision of the first R, as CodeXGLUE"
    " scores POJ-104",
    "accuracy_1nn": "accuracy_1nn: how often the nearest program is of the same problem",
    "accuracy_probe": "*_probe: logistic regression on the vectors of train; C chosen on validation",
    "accuracy_knn": "*_knn: vote of the k nearest programs of train; k chosen on validation",
}


class ExitScores(NamedTuple):
    """The scores at one exit."""

    exit: int
    scores: Sequence[Score]
    chosen: Mapping[str, float]
    """What validation chose."""


def score_rows(task: str, scored: Sequence[ExitScores]) -> list[dict[str, Any]]:
    """Return scores as ``results.json`` holds them."""
    return [
        {
            **{"exit": at.exit, "task": task, "variant": VARIANT, "metric": score.metric, "frozen": True},
            **score.estimate._asdict(),
            **{"n": score.n, "groups": score.groups, "programs": score.programs},
            **({"chosen": dict(at.chosen)} if at.chosen else {}),
        }
        for at in scored
        for score in at.scores
    ]


def write_frozen_scores(
    folder: Path, facts: Facts, language: str, costs: Sequence[ExitCost], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Write ``metrics.csv``, ``tables.md`` and, where there are any, ``costs.csv``.

    Parameters
    ----------
    folder
        Of the results.
    facts
        Of the run, with the benchmark's faults as its warnings.
    language
        Of the programs.
    costs
        Of the exits.
    rows
        What ``score_rows`` gave.
    """
    remove_earlier(folder)
    write_metrics(folder, metrics_table(facts.encoder, language, rows))
    if costs:
        write_costs(folder / COSTS_NAME, facts.encoder, costs)
    write_text(folder / "tables.md", "\n\n".join(_parts(facts, costs, rows)) + "\n")


def metrics_table(encoder: str, language: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return scores as ``metrics.csv`` holds them; ``language`` is that of rows that name none."""
    spoken = {"encoder": encoder, "query_language": language, "corpus_language": language}
    counted = [
        {**spoken, **row, "value": round(row["value"], DIGITS), "problems": row["groups"], "documents": row["programs"]}
        for row in rows
    ]
    return pa.Table.from_pylist([{name: row[name] for name in METRICS.names} for row in counted], schema=METRICS)


def _parts(facts: Facts, costs: Sequence[ExitCost], rows: Sequence[Mapping[str, Any]]) -> list[str]:
    draws = min(facts.resamples or MOST_DRAWS, MOST_DRAWS)
    first = rows[0] if rows else {"task": "", "n": 0, "groups": 0, "programs": 0}
    parts = [
        f"# {markdown_cell(facts.encoder)}",
        f"{markdown_cell(facts.dataset)}, {first['task']}, split test. 95 % intervals over {first['groups']:,} groups"
        f" ({draws:,} resamples).",
        FROZEN,
        *warning_lines([markdown_cell(warning) for warning in facts.warnings]),
        "## Scores",
        score_table(rows),
        "\n".join(f"- {text}" for name, text in MEANINGS.items() if any(row["metric"] == name for row in rows)),
        f"{first['n']:,} {'pairs' if any(row['metric'] == 'AP' for row in rows) else 'programs'} are scored.",
    ]
    if chosen := [(row["exit"], row["chosen"]) for row in rows if "chosen" in row]:
        parts += ["## What validation chose", chosen_table(dict(chosen))]
    if costs:
        parts += ["## What an exit costs", cost_table(costs), f"Texts of {costs[0].tokens} tokens, on this machine."]
    if facts.speed.get("texts"):
        parts += ["## What encoding took", speed_table(facts)]
    return parts


def score_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return a line for each measure, with a column for each exit."""
    exits = sorted({row["exit"] for row in rows})
    cells = {(row["exit"], row["metric"]): row for row in rows}
    metrics = list(dict.fromkeys(row["metric"] for row in rows))
    head = ["metric", *("" if exit_ == ONLY_EXIT else f"exit {exit_}" for exit_ in exits)]
    lines = [[metric, *(_estimate(cells.get((exit_, metric))) for exit_ in exits)] for metric in metrics]
    return markdown_table(head, lines)


def _estimate(row: Mapping[str, Any] | None) -> str:
    return "" if row is None else f"{row['value']:.3f} ({row['lo']:.3f} to {row['hi']:.3f})"


def chosen_table(chosen: Mapping[int, Mapping[str, float]]) -> str:
    """Return what validation chose at each exit."""
    names = list(next(iter(chosen.values())))
    rows = [["" if at == ONLY_EXIT else str(at), *(f"{one[name]:.6g}" for name in names)] for at, one in chosen.items()]
    return markdown_table(["exit", *names], rows)
