"""The contract of rerankers: pairs of a query and a document in, a score of each out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

PairScores = npt.NDArray[np.float64]
"""Of pairs; the larger, the more relevant the document. (pairs,)"""


class Pair(NamedTuple):
    """A query and a document."""

    query: str
    document: str


class Scored(NamedTuple):
    """The scores of some of the pairs."""

    places: Sequence[int]
    """Among the pairs that were given."""
    scores: PairScores
    seconds: float
    """That they took."""


OnScored = Callable[[Scored], object]
"""Receives scores as they come; raises to stop the work."""


class PairScorer(Protocol):
    """A cross-encoder, or a server that has one."""

    @property
    def name(self) -> str:
        """Its name in results: ``rerank:NAME``."""

    @property
    def identity(self) -> str:
        """A digest of all that its scores depend on, as far as it is known."""

    def score(self, pairs: Sequence[Pair], on_scored: OnScored) -> None:
        """Score all pairs, in any order.

        If it stops early, what a server is working on is waited for and handed over, too.

        Parameters
        ----------
        pairs
            Those of one query stand together.
        on_scored
            Called in the caller's thread.

        Raises
        ------
        SynthcodeError
            If a pair cannot be scored.
        """
