"""Buckets of equal keys, and which pairs in them to compare: array arithmetic without a loop over buckets.

A bucket array numbers the bucket of each entry; equal numbers stand side by side.
"""

from __future__ import annotations

import numpy as np

from synthcode.dedup.texts import I64, U32, Mask

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


def shared_keys(keys: U32) -> tuple[I64, I64]:
    """Return the places of keys that occur more than once, and the bucket of each place."""
    # Key and place in one word: sorting values is several times faster than sorting places by key.
    words = keys.astype(np.uint64) << _HALF | np.arange(keys.size, dtype=np.uint64)
    words.sort()
    ordered = words >> _HALF
    as_before = np.zeros(keys.size + 1, dtype=bool)
    np.equal(ordered[1:], ordered[:-1], out=as_before[1:-1])
    shared = np.flatnonzero(as_before[:-1] | as_before[1:])
    return (words[shared] & _LOW).astype(np.int64), np.cumsum(~as_before[shared])


def bucket_sizes(buckets: I64) -> I64:
    """Return the size of each entry's bucket."""
    starts = starts_of(buckets)
    sizes = np.diff(starts, append=buckets.size)
    return np.repeat(sizes, sizes)


def mixed(buckets: I64, values: I64) -> Mask:
    """Return which entries are in a bucket whose values are not all the same."""
    starts = starts_of(buckets)
    if not starts.size:
        return np.zeros(0, dtype=bool)
    differ = np.minimum.reduceat(values, starts) != np.maximum.reduceat(values, starts)
    return np.repeat(differ, np.diff(starts, append=buckets.size))


def pivots(buckets: I64, labels: I64) -> tuple[I64, Mask]:
    """Choose what to compare with all others of a bucket: the rarest label, so that outliers leave the bucket early.

    Returns
    -------
    tuple of two numpy.ndarray
        For each entry, the place of its bucket's pivot; and whether it is the first of its label in its bucket.
    """
    order = np.lexsort((labels, buckets))
    new_bucket, ordered = _changes(buckets), labels[order]
    starts = np.flatnonzero(new_bucket | _changes(ordered))
    sizes = np.diff(starts, append=labels.size)
    rarest_first = np.lexsort((sizes, buckets[starts]))
    leads = _changes(buckets[starts])  # ordering by bucket first leaves each bucket where it was
    chosen: I64 = order[starts[rarest_first[leads]]]
    first = np.zeros(labels.size, dtype=bool)
    first[order[starts]] = True
    return chosen[np.cumsum(new_bucket) - 1], first


def all_pairs(buckets: I64) -> tuple[I64, I64]:
    """Return the places of all pairs of entries that share a bucket."""
    starts = starts_of(buckets)
    sizes = np.diff(starts, append=buckets.size)
    following = np.repeat(starts + sizes, sizes) - np.arange(1, buckets.size + 1)
    left = np.repeat(np.arange(buckets.size), following)
    steps = np.arange(left.size) - np.repeat(np.cumsum(following) - following, following)
    return left, left + 1 + steps


def starts_of(buckets: I64) -> I64:
    """Return the place of the first entry of each bucket."""
    return np.flatnonzero(_changes(buckets))


def _changes(column: I64) -> Mask:
    """Return where a value differs from the one before it; the first does."""
    changes = np.ones(column.size, dtype=bool)
    np.not_equal(column[1:], column[:-1], out=changes[1:])
    return changes
