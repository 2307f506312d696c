"""What a source of hard negatives gives."""

from __future__ import annotations

from typing import Protocol

import pyarrow as pa

from synthcode.evaluation.retrieval.benchmark import I64
from synthcode.evaluation.training.pairs.balance import F64


class HardNegatives(Protocol):
    """Programs, and which of them is the negative of a pair."""

    @property
    def programs(self) -> pa.Table:
        """``language``, ``shown``, ``anonymous``."""

    @property
    def group(self) -> I64:
        """The group of each program, ``NO_GROUP`` if it answers nothing: (programs,)."""

    @property
    def warnings(self) -> list[str]:
        """What the data do not allow, one line each."""

    def draw(self, seeds: I64, positives: I64, uniform: F64) -> I64:
        """Return the row of a negative for each pair, (pairs,).

        Parameters
        ----------
        seeds
            Numbers of the pairs' seeds. (pairs,)
        positives
            Rows of the programs that answer, in ``SplitTables.programs``. (pairs,)
        uniform
            A random number from [0, 1) for each pair. (pairs,)
        """
