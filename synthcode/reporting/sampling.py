"""Drawing rows when there are too many: the same ones every time, rare kinds first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

Kind = tuple[str, ...]
"""Values that rows of a kind share."""


def even_share(sizes: Mapping[Kind, int], rows: int) -> int:
    """Return the largest number that may be drawn of every kind so that no more than ``rows`` are drawn in all.

    Parameters
    ----------
    sizes
        Kind -> how many there are of it. Kinds with fewer than the share are drawn whole.
    rows
        At least one of each kind is drawn even where there are more kinds than this.
    """
    left, kinds = rows, len(sizes)
    for size in sorted(sizes.values()):
        if size * kinds > left:
            return max(1, left // kinds)
        left, kinds = left - size, kinds - 1
    return max(sizes.values(), default=1)


class Draw:
    """Draws rows by their ids, which are hashes: of every kind those with the smallest.

    The draw depends only on the ids, not on their order. At most twice the requested rows are held.

    Parameters
    ----------
    rows
        So many in all, at most.
    """

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._sample: dict[Kind, list[str]] = {}
        self._count = 0
        self.sizes: Counter[Kind] = Counter()
        """Kind -> how many were offered."""

    def offer(self, rows: Iterable[tuple[Kind, str]]) -> None:
        """Offer kinds and ids."""
        for kind, name in rows:
            self._sample.setdefault(kind, []).append(name)
            self.sizes[kind] += 1
            self._count += 1
        if self._count > 2 * self._rows:
            self._cut()

    @property
    def share(self) -> int:
        """How many are drawn of a kind at most."""
        return even_share(self.sizes, self._rows)

    def drawn(self) -> dict[Kind, list[str]]:
        """Return kind -> the ids that are drawn of it, ascending."""
        self._cut()
        return self._sample

    def _cut(self) -> None:
        share = self.share  # it only shrinks as more is offered: what is cut now would not be drawn in the end
        self._sample = {kind: sorted(names)[:share] for kind, names in self._sample.items()}
        self._count = sum(map(len, self._sample.values()))
