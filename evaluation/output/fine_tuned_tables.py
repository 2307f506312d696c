"""Scores of fine-tuned heads as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synthcode.evaluation.output.clone_tables import KINDS, variant_sections
from synthcode.evaluation.output.frozen_scores import score_table
from synthcode.evaluation.results.tables import warning_lines
from synthcode.evaluation.results_json import Facts
from synthcode.markdown import markdown_cell

FINE_TUNED = (
    "Fine-tuned: a head at each exit was trained for this task, and the encoder with it. These scores cannot be"
    " compared with those of frozen vectors."
)
_F1 = "precision, recall, F1: pairs for which the head's score reaches the threshold that is best for F1 on validation"
_ORACLE = (
    "*_oracle: the threshold that is best for F1 on the split itself; it flatters every model, and no"
    " interval would be honest"
)
_HEAD = "*_head: what the head says of a program, which is the label with the highest output"


def fine_tuned_sections(facts: Facts, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the scores of all variants as sections of ``tables.md``.

    Parameters
    ----------
    facts
        Of the run.
    rows
        Its scores, as ``results.json`` holds them.
    """
    groups = rows[0]["groups"]
    sections = [
        f"{markdown_cell(facts.dataset)}, {rows[0]['task']}, split {facts.split}. 95 % intervals by {groups:,} groups.",
        FINE_TUNED,
        *warning_lines([markdown_cell(warning) for warning in facts.warnings]),
    ]
    has_languages = any("query_language" in row for row in rows)
    for variant in facts.variants:
        mine = [row for row in rows if row["variant"] == variant]
        sections += variant_sections(variant, mine) if has_languages else [f"## {variant}", score_table(mine)]
    of_pairs = [_F1, _ORACLE, *([KINDS] if has_languages else [])]
    meanings = of_pairs if any(row["metric"] == "F1_oracle" for row in rows) else [_HEAD]
    return [*sections, "\n".join(f"- {text}" for text in meanings)]
