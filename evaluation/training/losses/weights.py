"""The weight of each exit in the loss."""

from __future__ import annotations

from collections.abc import Sequence

from synthcode.evaluation.training.settings import ExitWeights


def exit_weights(exits: Sequence[int], kind: ExitWeights) -> tuple[float, ...]:
    """Return one weight an exit.

    ``depth`` is the weight of MoSE (arXiv 2503.03008, section 3.2): the number of blocks before the exit, divided by
    the number before the deepest one. ``uniform`` is 1.
    """
    deepest = max(exits)
    return tuple(exit_ / deepest if kind == "depth" else 1.0 for exit_ in exits)
