"""How often each language is drawn, so that all are drawn about equally often although few seeds have some of them.

Seeds of one set of languages are one class. Every language has a weight, and a seed draws among its own languages in
proportion to their weights. The weights are fitted by scaling (Deming and Stephan 1940, Ann. Math. Stat. 11(4)) until
the expected draws of all languages are equal, or as near to it as the data allow.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
Has = npt.NDArray[np.bool_]
"""(classes, languages)."""

ROUNDS = 500
_STEP = 0.5
"""Weights move by this power of the ratio: by the whole ratio, those of pairs swing."""
_LARGEST_RATIO = 1e3
"""Of a weight to the median. A language that is too rare would have an infinite one."""


class Draws(NamedTuple):
    """What the seeds of each class draw."""

    anchor: npt.NDArray[np.int64]
    """The language of the query in each column of ``cumulative``; -1 for a text. (columns,)"""
    positive: npt.NDArray[np.int64]
    """The language of the document. (columns,)"""
    cumulative: F64
    """The probability of this column or one before it; the last column is 1. (classes, columns)"""


def draw_texts(has: Has, mass: F64) -> Draws:
    """Return how classes draw the document of a text.

    Parameters
    ----------
    has
        Which languages the seeds of a class have.
    mass
        The share of draws that seeds of each class make. (classes,)
    """
    languages = has.shape[1]
    weights = np.ones(languages)
    for _ in range(ROUNDS):
        drawn = mass @ _shares(has * weights)
        weights = _scaled(weights, drawn)
    anchors = np.full(languages, -1, dtype=np.int64)
    return Draws(anchors, np.arange(languages), np.cumsum(_shares(has * weights), axis=1))


def draw_programs(has: Has, mass: F64) -> Draws:
    """Return how classes draw an ordered pair of different languages; parameters are those of ``draw_texts``."""
    languages = has.shape[1]
    anchor, positive = np.nonzero(~np.eye(languages, dtype=bool))
    of_anchor = np.eye(languages)[anchor]
    both = has[:, anchor] & has[:, positive]
    weights = np.ones(languages)
    for _ in range(ROUNDS):
        drawn = mass @ _shares(both * (weights[anchor] * weights[positive]))
        weights = _scaled(weights, drawn @ of_anchor)
    return Draws(anchor, positive, np.cumsum(_shares(both * (weights[anchor] * weights[positive])), axis=1))


def draw(draws: Draws, classes: npt.NDArray[np.int64], uniform: F64) -> npt.NDArray[np.int64]:
    """Return the column that each seed draws with a number from [0, 1)."""
    cumulative = draws.cumulative[classes]
    columns: npt.NDArray[np.int64] = (cumulative / cumulative[:, -1:] > uniform[:, None]).argmax(axis=1)
    return columns


def _shares(weights: F64) -> F64:
    """Scale rows to 1; a row of zeros stays."""
    total = weights.sum(axis=1, keepdims=True)
    shares: F64 = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    return shares


def _scaled(weights: F64, drawn: F64) -> F64:
    """Raise the weights of languages that are drawn too rarely."""
    ever = drawn > 0
    if not ever.any():
        return weights
    target = drawn.sum() / ever.sum()
    scaled = weights * np.where(ever, target / np.where(ever, drawn, 1), 1) ** _STEP
    clipped: F64 = np.clip(scaled / np.median(scaled), 1 / _LARGEST_RATIO, _LARGEST_RATIO)
    return clipped
