"""The names of tensors in published checkpoints, and those of this model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from synthcode.evaluation.mose.configuration import MoseConfig

PREFIXES = (
    ("starEncoder2.", "backbone."),
    ("starEncoder2.projection_heads.{position}.{place}.", "heads.{exit}.linears.{linear}."),
)
"""Published prefix -> ours; what follows it is the same in both. The one place to change.

``position`` counts heads in a checkpoint, from 0: a full one has a head for each exit, in their order, a cut one has
only its own. ``place`` counts the layers of the head as a sequence, activations included. Seen in the published code's
changes: the backbone is ``self.starEncoder2``, the heads are in its ``projection_heads``, and training wrapped it
(``self.starEncoder2.module``).
"""

_BACKBONE, _HEAD = PREFIXES
_BLOCK = re.compile(re.escape(_BACKBONE[0]) + r"layers\.(\d+)\.")
_POSITION = re.compile(re.escape(_HEAD[0].split("{")[0]) + r"(\d+)\.")


def plain(name: str) -> str:
    """Return a published name without what data-parallel training wraps around modules."""
    return ".".join(part for part in name.split(".") if part != "module")


def blocks_held(names: Iterable[str]) -> int:
    """Return the number of blocks that a checkpoint's names speak of."""
    return max((int(found[1]) + 1 for name in names if (found := _BLOCK.match(name))), default=0)


def head_positions(names: Iterable[str]) -> list[int]:
    """Return the positions of the heads that a checkpoint's names speak of, ascending."""
    return sorted({int(found[1]) for name in names if (found := _POSITION.match(name))})


def published_names(ours: Iterable[str], config: MoseConfig, positions: Sequence[int]) -> dict[str, str]:
    """Return our name -> its published name.

    Parameters
    ----------
    ours
        Names of this model's state.
    config
        Of the checkpoint: its exits name the heads.
    positions
        Positions of the exits' heads in the checkpoint.
    """
    return {name: _published(name, config, dict(zip(config.exits, positions, strict=True))) for name in ours}


def _published(name: str, config: MoseConfig, positions: Mapping[int, int]) -> str:
    if name.startswith(_BACKBONE[1]):
        return _BACKBONE[0] + name.removeprefix(_BACKBONE[1])
    _, exit_, _, linear, kind = name.split(".")
    # The identity takes no place in the sequence.
    step = 1 if config.head_activation == "identity" else 2
    return _HEAD[0].format(position=positions[int(exit_)], place=int(linear) * step) + kind
