"""Scores of pairs that nothing can be ranked by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synthcode.errors import InputError
from synthcode.evaluation.reranking.pair_scorer import Pair, Scored
from synthcode.sanitize import short_name, visible

FIX = "try --dtype float32; of a server, see what it computes in. What was scored is kept"
LETTERS = 60
"""Of a text in an error."""


def finite(scored: Scored) -> Scored:
    """Return the scores that are finite, with their places."""
    good: list[int] = np.flatnonzero(np.isfinite(scored.scores)).tolist()
    return Scored([scored.places[place] for place in good], scored.scores[good], scored.seconds)


def check_scores(name: str, pairs: Sequence[Pair], scored: Scored) -> Scored:
    """Return scores if all are finite.

    Raises
    ------
    InputError
        If one is not: with how many, and the first pair.
    """
    wrong = np.flatnonzero(~np.isfinite(scored.scores))
    if len(wrong):
        query, document = (_excerpt(text) for text in pairs[scored.places[wrong[0]]])
        counted = f"{len(wrong):,} of {len(scored.scores):,} pairs"
        raise InputError(
            f"{visible(short_name(name))} gave a score that is not finite for {counted}, the first for"
            f" {query!r} and {document!r}",
            FIX,
        )
    return scored


def _excerpt(text: str) -> str:
    return visible(" ".join(text.split())[:LETTERS])
