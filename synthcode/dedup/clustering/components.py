"""Connected components of a graph whose edges come in batches."""

from __future__ import annotations

import numpy as np

from synthcode.dedup.texts import I64


class DisjointSets:
    """Nodes 0 to ``size - 1``, in sets that grow together.

    A set is known by its smallest node, whatever the order of the unions: number the nodes by preference, and the
    label of a set is the member to prefer.
    """

    def __init__(self, size: int) -> None:
        self._parent = np.arange(size, dtype=np.int64)

    def labels(self, nodes: I64 | None = None) -> I64:
        """Return the smallest member of the set of each node; of all nodes, in order, where none are named."""
        if nodes is None:
            nodes = np.arange(self._parent.size, dtype=np.int64)
        found = nodes
        while not np.array_equal(above := self._parent[found], found):
            # Hanging what is passed one step higher doubles the stride: a chain of n takes log n rounds.
            self._parent[found] = above = self._parent[above]
            found = above
        return found

    def unite(self, left: I64, right: I64) -> None:
        """Unite the set of ``left[i]`` with that of ``right[i]``, for every i."""
        while left.size:
            left, right = self.labels(left), self.labels(right)
            apart = left != right
            left, right = left[apart], right[apart]
            # Only roots are attached, and only below smaller ones: no cycle can arise. If one root is attached
            # below several, one of them stays; the others are still apart and come again.
            self._parent[np.maximum(left, right)] = np.minimum(left, right)
