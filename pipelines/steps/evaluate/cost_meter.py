"""Costs of exits, measured once whatever the number of tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synthcode.evaluation.cost import ExitCost


class CostMeter:
    """What an encoder's exits cost."""

    def __init__(self) -> None:
        self._costs: list[ExitCost] | None = None

    def costs(self, measure: Callable[[], list[ExitCost]]) -> list[ExitCost]:
        """Return the costs; measure them the first time."""
        if self._costs is None:
            self._costs = measure()
        return self._costs
