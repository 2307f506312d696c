"""Means as ``results.json`` holds them: with their intervals, and what they rest on."""

from __future__ import annotations

from typing import Any

from synthcode.evaluation.results.comparison import Estimate, Macro
from synthcode.evaluation.results.coverage import Coverage
from synthcode.vocabulary import MAIN_METRIC


def score_entry(macro: Macro, estimate: Estimate, covered: Coverage) -> dict[str, Any]:
    """Return one mean for ``results.json``, with its interval and what it rests on."""
    return {
        **{"exit": macro.exit, "task": macro.task, "variant": macro.variant, "metric": MAIN_METRIC},
        **estimate._asdict(),
        **covered._asdict(),
    }
