"""Which of several that have the same model answers the requests of a seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from synthcode.identity import digest

One = TypeVar("One")


def in_order(
    seed_id: str, all_: Sequence[One], name: Callable[[One], str], is_resting: Callable[[One], bool]
) -> list[One]:
    """Return all of them: the one for this seed first, those that are resting last.

    All requests of a seed go to the same one, whose prefix cache then knows the source (rendezvous hashing, Thaler and
    Ravishankar 1998: if one is down, only its seeds move, each to its own next choice).

    Parameters
    ----------
    seed_id
        The seed.
    all_
        Those that have the model.
    name
        Returns the name of one, by which seeds are distributed.
    is_resting
        Returns whether one is to be asked last.
    """
    return sorted(all_, key=lambda one: (is_resting(one), digest(seed_id, name(one))))
