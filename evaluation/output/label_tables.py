"""Scores of the tested translations of a dataset as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synthcode.evaluation.output.frozen_scores import MEANINGS, chosen_table, score_table
from synthcode.evaluation.results.tables import warning_lines
from synthcode.evaluation.results_json import Facts
from synthcode.markdown import markdown_cell

LABELS = (
    "Label 1 is a translation that fails its tests, 0 one that passes them. Each language has as many of both, so that"
    " guessing is right in half of the cases."
)
_FROZEN = "Frozen vectors: the encoder was not trained to tell them apart."


def label_sections(facts: Facts, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the scores of all variants as sections of ``tables.md``.

    Parameters
    ----------
    facts
        Of the run.
    rows
        Its scores, as ``results.json`` holds them.
    """
    first = rows[0]
    sections = [
        f"{markdown_cell(facts.dataset)}, classification, split {facts.split}: {first['n']:,} translations. 95 %"
        f" intervals by {first['groups']:,} resampled problems.",
        LABELS,
        _FROZEN,
        *warning_lines([markdown_cell(warning) for warning in facts.warnings]),
    ]
    for variant in facts.variants:
        mine = [row for row in rows if row["variant"] == variant]
        sections += [f"## {variant}", score_table(mine), "What validation chose:", chosen_table(mine)]
    meanings = [text for name, text in MEANINGS.items() if any(row["metric"] == name for row in rows)]
    return [*sections, "\n".join(f"- {text}" for text in meanings)]
