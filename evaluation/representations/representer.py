"""The contract of retrievers whose representation of a text is an array of any size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from synthcode.evaluation.encoder import Scores, Side

Representation = npt.NDArray[np.float32]
"""Of one text, (rows, width): what it is depends on the model. It may have no rows."""


class Representer(Protocol):
    """A model that represents texts, and scores representations."""

    @property
    def name(self) -> str:
        """Its name in results: ``splade:NAME``."""

    @property
    def identity(self) -> str:
        """A digest of all that its representations depend on."""

    @property
    def width(self) -> int:
        """Numbers in each row of a representation."""

    @property
    def zero_is_unmatched(self) -> bool:
        """Whether a score of zero says that query and document have nothing in common."""

    def encode(self, texts: Sequence[str], side: Side) -> list[Representation]:
        """Return the representations of texts, in their order.

        Raises
        ------
        InputError
            If the model fails.
        """

    def score_blocks(self, queries: Sequence[Representation], documents: Sequence[Representation]) -> Iterator[Scores]:
        """Yield the scores of some queries after others; equal documents have equal scores."""
