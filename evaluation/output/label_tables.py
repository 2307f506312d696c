"""Scores of the tested translations of a dataset as Markdown."""

from __future__ import annotations

from synthcode.evaluation.output.frozen_scores import chosen_table, score_table
from synthcode.evaluation.output.score_sections import Rows, as_list, each_variant, meanings_of, opening
from synthcode.evaluation.results_json import Facts

LABELS = (
    "Label 1 is a translation that fails its tests, 0 one that passes them. Each language has as many of both, so that"
    " guessing is right in half of the cases."
)
_FROZEN = "Frozen vectors: the encoder was not trained to tell them apart."


def label_sections(facts: Facts, rows: Rows) -> list[str]:
    """Return the scores of all variants as sections of ``tables.md``.

    Parameters
    ----------
    facts
        Of the run.
    rows
        Its scores, as ``results.json`` holds them.
    """
    first = rows[0]
    scored = (
        f"classification, split {facts.split}: {first['n']:,} translations."
        f" 95 % intervals by {first['groups']:,} resampled problems."
    )
    sections = [*opening(facts, scored, LABELS, _FROZEN), *each_variant(facts, rows, _variant_sections)]
    return [*sections, as_list(meanings_of(rows))]


def _variant_sections(variant: str, rows: Rows) -> list[str]:
    return [f"## {variant}", score_table(rows), "What validation chose:", chosen_table(rows)]
