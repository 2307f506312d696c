"""All groups in turn, in a new random order each time, without one group twice in a batch."""

from __future__ import annotations

import numpy as np

from synthcode.evaluation.retrieval.benchmark import I64


class GroupCycles:
    """An endless sequence of groups, cut into batches: cycle after cycle, each a permutation of all groups.

    Where a batch ends one cycle and begins the next, the groups that it already has come later in the next.

    Parameters
    ----------
    groups
        How many there are.
    batch_size
        At most ``groups``.
    random_seed
        Batches depend on these three numbers only.
    """

    def __init__(self, groups: int, batch_size: int, random_seed: int) -> None:
        if not 0 < batch_size <= groups:
            raise ValueError(f"a batch of {batch_size} out of {groups} groups")
        self._groups, self._batch_size, self._random_seed = groups, batch_size, random_seed
        self._number = 0
        self._orders = [self._shuffled(0)]

    def batch(self, step: int) -> tuple[I64, I64]:
        """Return the groups of a batch and the number of each one's cycle: two arrays of (batch_size,)."""
        cycle, start = divmod(step * self._batch_size, self._groups)
        end = start + self._batch_size
        first = self._order(cycle)[start:end]
        if end <= self._groups:
            return first, np.full(self._batch_size, cycle)
        second = self._order(cycle + 1)[: end - self._groups]
        return np.concatenate((first, second)), np.repeat((cycle, cycle + 1), (first.size, second.size))

    def _order(self, cycle: int) -> I64:
        """Return the order of a cycle; each depends on the one before, of which the last two are remembered."""
        if cycle < self._number:
            self._number, self._orders = 0, [self._shuffled(0)]
        while self._number + len(self._orders) <= cycle:
            number = self._number + len(self._orders)
            self._orders.append(self._after(self._orders[-1], number))
            if len(self._orders) > 2:
                del self._orders[0]
                self._number += 1
        return self._orders[cycle - self._number]

    def _after(self, previous: I64, cycle: int) -> I64:
        order = self._shuffled(cycle)
        begun = cycle * self._groups % self._batch_size  # places of the batch that the previous cycle has filled
        if not begun:
            return order
        taken = np.isin(order, previous[-begun:])
        first = order[~taken][: self._batch_size - begun]
        return np.concatenate((first, order[~np.isin(order, first)]))

    def _shuffled(self, cycle: int) -> I64:
        return np.random.default_rng((self._random_seed, 0, cycle)).permutation(self._groups)
