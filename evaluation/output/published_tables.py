"""Scores of a published benchmark as Markdown."""

from __future__ import annotations

from synthcode.evaluation.classification.measures.intervals import MOST_DRAWS
from synthcode.evaluation.output.frozen_scores import chosen_table, score_table
from synthcode.evaluation.output.score_sections import Rows, as_list, meanings_of, opening
from synthcode.evaluation.results_json import Facts

FROZEN = (
    "Frozen vectors: the encoder was not trained on this benchmark. These scores cannot be compared with those of"
    " fine-tuned models, such as the F1 of 93 to 94 of MoSE's exits on BigCloneBench."
)


def published_sections(facts: Facts, rows: Rows) -> list[str]:
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
    scored = f"{first['task']}, split test. 95 % intervals over {first['groups']:,} groups ({draws:,} resamples)."
    kind = "pairs" if any(row["metric"] == "AP" for row in rows) else "programs"
    meanings = as_list(meanings_of(rows))
    sections = [*opening(facts, scored, FROZEN), "## Scores", score_table(rows), meanings]
    sections.append(f"{first['n']:,} {kind} are scored.")
    return [*sections, "## What validation chose", chosen_table(rows)] if "chosen" in first else sections
