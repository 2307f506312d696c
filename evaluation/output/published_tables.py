"""Scores of a published benchmark as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synthcode.evaluation.classification.measures.intervals import MOST_DRAWS
from synthcode.evaluation.output.frozen_scores import MEANINGS, chosen_table, score_table
from synthcode.evaluation.results.tables import warning_lines
from synthcode.evaluation.results_json import Facts
from synthcode.markdown import markdown_cell

FROZEN = (
    "Frozen vectors: the encoder was not trained on this benchmark. These scores cannot be compared with those of"
    " fine-tuned models, such as the F1 of 93 to 94 of MoSE's exits on BigCloneBench."
)


def published_sections(facts: Facts, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the scores, and what they mean, as sections of ``tables.md``.

    Parameters
    ----------
    facts
        Of the run, with the benchmark's faults as its warnings.
    rows
        Its scores, as ``results.json`` holds them.
    """
    draws = min(facts.resamples or MOST_DRAWS, MOST_DRAWS)
    first = rows[0]
    sections = [
        f"{markdown_cell(facts.dataset)}, {first['task']}, split test. 95 % intervals over {first['groups']:,} groups"
        f" ({draws:,} resamples).",
        FROZEN,
        *warning_lines([markdown_cell(warning) for warning in facts.warnings]),
        "## Scores",
        score_table(rows),
        "\n".join(f"- {text}" for name, text in MEANINGS.items() if any(row["metric"] == name for row in rows)),
        f"{first['n']:,} {'pairs' if any(row['metric'] == 'AP' for row in rows) else 'programs'} are scored.",
    ]
    return [*sections, "## What validation chose", chosen_table(rows)] if "chosen" in first else sections
