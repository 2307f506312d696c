"""Scores of fine-tuned heads as Markdown."""

from __future__ import annotations

from synthcode.evaluation.output.clone_tables import KINDS, variant_sections
from synthcode.evaluation.output.frozen_scores import score_table
from synthcode.evaluation.output.score_sections import Rows, as_list, each_variant, opening
from synthcode.evaluation.results_json import Facts

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


def fine_tuned_sections(facts: Facts, rows: Rows) -> list[str]:
    """Return the scores of all variants as sections of ``tables.md``.

    Parameters
    ----------
    facts
        Of the run.
    rows
        Its scores, as ``results.json`` holds them.
    """
    scored = f"{rows[0]['task']}, split {facts.split}. 95 % intervals by {rows[0]['groups']:,} groups."
    has_languages = any("query_language" in row for row in rows)
    sections_of = variant_sections if has_languages else _variant_sections
    sections = [*opening(facts, scored, FINE_TUNED), *each_variant(facts, rows, sections_of)]
    of_pairs = [_F1, _ORACLE, *([KINDS] if has_languages else [])]
    return [*sections, as_list(of_pairs if any(row["metric"] == "F1_oracle" for row in rows) else [_HEAD])]


def _variant_sections(variant: str, rows: Rows) -> list[str]:
    return [f"## {variant}", score_table(rows)]
