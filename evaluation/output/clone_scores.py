"""Scores of the pairs of clones of a dataset as files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from synthcode.evaluation.classification.clone_scores import ALL, CloneScore
from synthcode.evaluation.cost import ExitCost
from synthcode.evaluation.encoder import ONLY_EXIT
from synthcode.evaluation.output.frozen_scores import MEANINGS, chosen_table, metrics_table, score_table
from synthcode.evaluation.output.results_folder import remove_earlier, speed_table, write_costs
from synthcode.evaluation.results.summary import write_metrics
from synthcode.evaluation.results.tables import cost_table, label, warning_lines
from synthcode.evaluation.results_json import Facts
from synthcode.markdown import markdown_cell, markdown_table
from synthcode.schemas.results import COSTS_NAME
from synthcode.storage.atomic import write_text

TASK = "clones"
_FROZEN = "Frozen vectors: the encoder was not trained to tell clones from other pairs."
_KINDS = (
    "AP_random, ROC-AUC_lexical, ...: all positives against the negatives of that kind, weighted so that both sides"
    " count alike; recall_verified: of these positives only"
)


def clone_rows(
    exit_: int, variant: str, scores: Sequence[CloneScore], chosen: Mapping[str, float]
) -> list[dict[str, Any]]:
    """Return scores of one exit and variant as ``results.json`` holds them."""
    return [
        {
            **{"exit": exit_, "task": TASK, "variant": variant, "metric": score.metric, "frozen": True},
            **{"query_language": score.languages[0], "corpus_language": score.languages[1]},
            **score.estimate._asdict(),
            **{"n": score.n, "groups": score.groups, "programs": score.programs, "chosen": dict(chosen)},
        }
        for score in scores
    ]


def write_clone_scores(
    folder: Path, facts: Facts, costs: Sequence[ExitCost], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Write ``metrics.csv``, ``tables.md`` and, where there are any, ``costs.csv``.

    Parameters
    ----------
    folder
        Of the results.
    facts
        Of the run.
    costs
        Of the exits.
    rows
        What ``clone_rows`` gave, of all exits and variants.
    """
    remove_earlier(folder)
    write_metrics(folder, metrics_table(facts.encoder, ALL, rows))
    if costs:
        write_costs(folder / COSTS_NAME, facts.encoder, costs)
    parts = [
        f"# {markdown_cell(facts.encoder)}",
        f"{markdown_cell(facts.dataset)}, {TASK}, split {facts.split}. 95 % intervals by resampled problems.",
        _FROZEN,
        *warning_lines([markdown_cell(warning) for warning in facts.warnings]),
    ]
    for variant in facts.variants:
        parts += _of_variant(variant, [row for row in rows if row["variant"] == variant])
    parts.append("\n".join(f"- {text}" for text in (*(MEANINGS[name] for name in ("F1", "F1_oracle")), _KINDS)))
    if costs:
        parts += ["## What an exit costs", cost_table(costs), f"Texts of {costs[0].tokens} tokens, on this machine."]
    if facts.speed.get("texts"):
        parts += ["## What encoding took", speed_table(facts)]
    write_text(folder / "tables.md", "\n\n".join(parts) + "\n")


def _of_variant(variant: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    overall = [row for row in rows if row["query_language"] == ALL]
    chosen = {row["exit"]: row["chosen"] for row in overall}
    return [
        f"## {variant}",
        score_table(overall),
        "What validation chose, and the best threshold of the split itself:",
        chosen_table(chosen),
        "AP by pair of languages:",
        _by_languages([row for row in rows if row["query_language"] != ALL and row["metric"] == "AP"]),
    ]


def _by_languages(rows: Sequence[Mapping[str, Any]]) -> str:
    exits = sorted({row["exit"] for row in rows})
    cells = {(row["query_language"], row["corpus_language"], row["exit"]): row for row in rows}
    pairs = sorted({key[:2] for key in cells})
    lines = [
        [f"{label(one)}, {label(other)}", f"{cells[one, other, exits[0]]['n']:,}"]
        + [f"{cells[one, other, exit_]['value']:.3f}" for exit_ in exits]
        for one, other in pairs
    ]
    head = ["languages", "pairs", *("AP" if exit_ == ONLY_EXIT else f"exit {exit_}" for exit_ in exits)]
    return markdown_table(head, lines)
