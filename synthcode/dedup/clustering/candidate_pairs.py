"""Joining alike documents: buckets of a band propose, exact similarity decides, sets of nodes grow together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from synthcode.dedup.clustering.buckets import all_pairs, bucket_sizes, mixed, pivots, shared_keys, starts_of
from synthcode.dedup.clustering.components import DisjointSets
from synthcode.dedup.clustering.similarity import Similarity, runs_of
from synthcode.dedup.texts import I64, U32, Mask

SMALL_BUCKET = 2048
"""Entries of a bucket whose pairs are all compared at once: one entry after another takes as many rounds as entries."""
PAIRS_HELD = 1 << 21
"""Pairs of small buckets that are in memory together."""
ENTRIES_AT_ONCE = 1 << 22
"""Entries whose buckets are looked for together: a band of more is cut by ranges of keys, which share no bucket."""

_GOLDEN = np.uint32(0x9E3779B1)


class Entries(NamedTuple):
    """The entries to link: four arrays of one length."""

    documents: I64
    nodes: I64
    """The node that stands for the entry in the sets. Entries of one set are not compared: they are joined."""
    groups: I64
    """Entries of two groups are not compared."""
    kinds: I64
    """Entries of one kind are not compared: an earlier pass has done so."""

    def take(self, chosen: Mask) -> Entries:
        """Return the chosen entries."""
        return Entries(*(column[chosen] for column in self))


def link(entries: Entries, band_keys: Iterable[U32], similarity: Similarity, sets: DisjointSets) -> None:
    """Unite the nodes of entries that share a bucket and are near-duplicates, one band after another.

    A bucket is left as soon as all of it is in one set, so that 20,000 near-identical documents cost 20,000
    comparisons, not their square. That changes no component: the pairs that are skipped are connected already.

    Parameters
    ----------
    entries
        The entries to link.
    band_keys
        For each band, the keys of all documents.
    similarity
        Decides whether a pair is a near-duplicate.
    sets
        The sets of nodes, which grow.
    """
    if (entries.kinds == entries.kinds[:1]).all():
        return
    linker = _Linker(entries, similarity, sets)
    salt = salts(entries.groups)
    for keys in band_keys:
        salted = keys[entries.documents] ^ salt
        for part in partitions(salted):
            places, buckets = shared_keys(salted[part])
            linker.link(part[places], buckets)


def partitions(keys: U32) -> Iterator[I64]:
    """Yield the places of the keys of one range after another: equal keys are in one, and none is large."""
    count = -(-keys.size // ENTRIES_AT_ONCE)
    if count <= 1:
        yield np.arange(keys.size)
        return
    # The high half of the product is the number of the range, in the order of the keys.
    numbers = (keys.astype(np.uint64) * np.uint64(count)) >> np.uint64(32)
    for number in range(count):
        yield np.flatnonzero(numbers == np.uint64(number))


def salts(groups: I64) -> U32:
    """Return what to mix into the keys of entries, so that those of two groups (almost) never share a bucket."""
    return groups.astype(np.uint32) * _GOLDEN


class _Linker:
    """Compares the entries of buckets. ``places`` are places of entries, ``buckets`` number the bucket of each."""

    def __init__(self, entries: Entries, similarity: Similarity, sets: DisjointSets) -> None:
        self._entries, self._similarity, self._sets = entries, similarity, sets

    def link(self, places: I64, buckets: I64) -> None:
        """Join all that is alike within a bucket."""
        # One comparison each joins what is near-identical, before any bucket is compared pair by pair.
        places, buckets = self._compare_pivots(*self._unfinished(places, buckets))
        while places.size:
            places, buckets = self._unfinished(places, buckets)
            small = bucket_sizes(buckets) <= SMALL_BUCKET
            self._compare_all(places[small], buckets[small])
            places, buckets = self._compare_pivots(places[~small], buckets[~small])

    def _unfinished(self, places: I64, buckets: I64) -> tuple[I64, I64]:
        """Keep the buckets that hold more than one set and more than one kind."""
        labels = self._sets.labels(self._entries.nodes[places])
        keep = mixed(buckets, labels) & mixed(buckets, self._entries.kinds[places])
        return places[keep], buckets[keep]

    def _compare_all(self, places: I64, buckets: I64) -> None:
        """Compare all pairs of each bucket."""
        starts = starts_of(buckets)
        sizes = np.diff(starts, append=buckets.size)
        for span in runs_of(sizes * (sizes - 1) // 2, sizes.size, PAIRS_HELD):
            first = starts[span.start]
            entries = slice(first, first + sizes[span].sum())
            left, right = all_pairs(buckets[entries])
            self._compare(places[entries][left], places[entries][right])

    def _compare_pivots(self, places: I64, buckets: I64) -> tuple[I64, I64]:
        """Compare one entry of each bucket with the others; return what is left without it."""
        pivot, first = pivots(buckets, self._sets.labels(self._entries.nodes[places]))
        # Two sets need one alike pair to be one: the other pairs are compared only where the first pair is not it.
        for chosen in (first, ~first):
            self._compare(places[pivot[chosen]], places[chosen])
        stays = pivot != np.arange(places.size)
        return places[stays], buckets[stays]

    def _compare(self, left: I64, right: I64) -> None:
        """Unite entries ``left[i]`` and ``right[i]`` where they are alike."""
        documents, nodes, _groups, _kinds = self._entries
        left, right = self._asked(left, right)
        step = self._similarity.pairs_at_once
        for start in range(0, left.size, step):
            one, other = self._asked(left[start : start + step], right[start : start + step])
            alike = self._similarity.alike(documents[one], documents[other])
            self._sets.unite(nodes[one[alike]], nodes[other[alike]])

    def _asked(self, left: I64, right: I64) -> tuple[I64, I64]:
        """Keep the pairs of entries that are in two sets, of two kinds and of one group."""
        _documents, nodes, groups, kinds = self._entries
        apart = self._sets.labels(nodes[left]) != self._sets.labels(nodes[right])
        # Salts keep the keys of two groups apart but for one pair in four billion.
        asked = np.flatnonzero(apart & (kinds[left] != kinds[right]) & (groups[left] == groups[right]))
        return left[asked], right[asked]
