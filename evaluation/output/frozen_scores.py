"""Scores of frozen vectors as files: the columns and the folder that all results have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import Any

import pyarrow as pa

from synthcode.decimals import decimals, rounded
from synthcode.evaluation.classification.measures.scored import Scored
from synthcode.evaluation.classification.stored_scores import overall
from synthcode.evaluation.cost import ExitCost
from synthcode.evaluation.encoder import ONLY_EXIT
from synthcode.evaluation.output.frozen_baseline import FrozenBaseline, main_estimates, main_metric
from synthcode.evaluation.output.results_folder import cost_sections, remove_earlier, write_costs
from synthcode.evaluation.plots.figures import can_draw
from synthcode.evaluation.results.summary import DIGITS, write_metrics
from synthcode.evaluation.results_json import Facts
from synthcode.markdown import markdown_cell, markdown_table
from synthcode.schemas.results import COSTS_NAME, METRICS
from synthcode.storage.atomic import write_text

MEANINGS = {
    "F1": "precision, recall, F1: pairs whose cosine reaches the threshold that is best for F1 on validation",
    "F1_oracle": "*_oracle: the threshold that is best for F1 on test, as mteb chooses it; it flatters every encoder,"
    " and no interval would be honest",
    "MAP@R": "MAP@R: programs of a problem retrieve each other; mean average precision of the first R, as CodeXGLUE"
    " scores POJ-104",
    "accuracy_1nn": "accuracy_1nn: how often the nearest program is of the same problem",
    "accuracy_probe": "*_probe: logistic regression on the vectors of train; C chosen on validation",
    "accuracy_knn": "*_knn: vote of the k nearest programs of train; k chosen on validation",
}


def score_rows(task: str, variant: str, exit_: int, scored: Scored, *, frozen: bool = True) -> list[dict[str, Any]]:
    """Return the scores of one exit and variant as ``results.json`` holds them."""
    return [
        {
            **{"exit": exit_, "task": task, "variant": variant, "metric": score.metric, "frozen": frozen},
            **(
                dict(zip(("query_language", "corpus_language"), score.languages, strict=True))
                if score.languages
                else {}
            ),
            **{name: None if isnan(end) else end for name, end in score.estimate._asdict().items()},
            **{"n": score.n, "groups": score.groups, "programs": score.programs},
            **({"chosen": dict(scored.chosen)} if scored.chosen else {}),
        }
        for score in scored.scores
    ]


def write_frozen_scores(
    folder: Path,
    facts: Facts,
    language: str,
    costs: Sequence[ExitCost],
    rows: Sequence[Mapping[str, Any]],
    sections: Sequence[str],
    baseline: FrozenBaseline | None = None,
) -> None:
    """Write ``metrics.csv``, ``tables.md`` and, where there are any costs, ``costs.csv`` and their picture.

    Parameters
    ----------
    folder
        Of the results.
    facts
        Of the run.
    language
        Of rows that name none.
    costs
        Of the exits.
    rows
        What ``score_rows`` gave, of all exits and variants.
    sections
        The scores in ``tables.md``.
    baseline
        Another encoder's scores, for the picture of accuracy against cost.
    """
    remove_earlier(folder)
    write_metrics(folder, metrics_table(facts.encoder, language, rows))
    if costs:
        write_costs(folder / COSTS_NAME, facts.encoder, costs)
    parts = [f"# {markdown_cell(facts.encoder)}", *sections, *cost_sections(facts, costs)]
    write_text(folder / "tables.md", "\n\n".join(parts) + "\n")
    if costs and can_draw():
        _draw(folder / "plots" / "pareto", facts, costs, rows, baseline)


def _draw(
    path: Path,
    facts: Facts,
    costs: Sequence[ExitCost],
    rows: Sequence[Mapping[str, Any]],
    baseline: FrozenBaseline | None,
) -> None:
    from synthcode.evaluation.plots.pareto import draw_pareto

    metric = main_metric(rows)
    first = next(row for row in overall(rows) if row["metric"] == metric)
    counted = "pairs" if metric == "AP" else "programs"
    caption = f"{facts.dataset}: {first['n']:,} {counted} of {first['groups']:,} problems"
    scores = main_estimates(facts.encoder, rows, metric)
    line = {} if baseline is None else main_estimates(baseline.encoder, baseline.rows, metric)
    scored = "frozen vectors" if first["frozen"] else "fine-tuned heads"
    draw_pareto(scores, costs, line, facts.encoder, path, caption, f"{metric}, {scored}")


def metrics_table(encoder: str, language: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return scores as ``metrics.csv`` holds them; ``language`` is that of rows that name none."""
    spoken = {"encoder": encoder, "query_language": language, "corpus_language": language}
    counted = [
        {
            **spoken,
            **row,
            "value": rounded(row["value"], DIGITS),
            "problems": row["groups"],
            "documents": row["programs"],
        }
        for row in rows
    ]
    return pa.Table.from_pylist([{name: row[name] for name in METRICS.names} for row in counted], schema=METRICS)


def score_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return a line for each measure, with a column for each exit."""
    exits = sorted({row["exit"] for row in rows})
    cells = {(row["exit"], row["metric"]): estimate_text(row) for row in rows}
    metrics = list(dict.fromkeys(row["metric"] for row in rows))
    head = ["metric", *("" if exit_ == ONLY_EXIT else f"exit {exit_}" for exit_ in exits)]
    lines = [[metric, *(cells.get((exit_, metric), "") for exit_ in exits)] for metric in metrics]
    return markdown_table(head, lines)


def estimate_text(row: Mapping[str, Any]) -> str:
    """Return a value, with its interval if it has one."""
    interval = "" if row["lo"] is None else f" ({decimals(row['lo'])} to {decimals(row['hi'])})"
    return f"{decimals(row['value'])}{interval}"


def chosen_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return what validation chose at each exit."""
    chosen = {row["exit"]: row["chosen"] for row in rows}
    names = list(next(iter(chosen.values())))
    lines = [
        ["" if at == ONLY_EXIT else str(at), *(f"{one[name]:.6g}" for name in names)] for at, one in chosen.items()
    ]
    return markdown_table(["exit", *names], lines)
