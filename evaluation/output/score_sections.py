"""What the Markdown of all scores of classification has in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from synthcode.evaluation.output.frozen_scores import MEANINGS
from synthcode.evaluation.results.tables import warning_lines
from synthcode.evaluation.results_json import Facts
from synthcode.markdown import markdown_cell

Rows = Sequence[Mapping[str, Any]]
"""Scores, as ``results.json`` holds them."""


def opening(facts: Facts, scored: str, *notes: str) -> list[str]:
    """Return the first sections: what was scored, what to know of it, and the warnings."""
    warnings = warning_lines([markdown_cell(warning) for warning in facts.warnings])
    return [f"{markdown_cell(facts.dataset)}, {scored}", *notes, *warnings]


def each_variant(facts: Facts, rows: Rows, sections_of: Callable[[str, Rows], Iterable[str]]) -> list[str]:
    """Return the sections of all variants, in the order of the run."""
    of_all = {variant: [row for row in rows if row["variant"] == variant] for variant in facts.variants}
    return [section for variant, mine in of_all.items() for section in sections_of(variant, mine)]


def meanings_of(rows: Rows) -> list[str]:
    """Return what the metrics of some scores mean, one a line."""
    metrics = {row["metric"] for row in rows}
    return [text for name, text in MEANINGS.items() if name in metrics]


def as_list(texts: Iterable[str]) -> str:
    """Return texts as a Markdown list."""
    return "\n".join(f"- {text}" for text in texts)
