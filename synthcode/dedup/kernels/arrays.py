"""The loops over shingles as operations on whole arrays: what ``compiled`` computes, bit by bit, without a compiler.

They take about ten times as long for a text and hold more memory, but start at once: see ``choice``.
"""

from __future__ import annotations

import numpy as np

from synthcode.dedup.texts import F64, I64, U8, U32, U64, Texts, offsets

_EMPTY = np.uint32(0xFFFFFFFF)
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_ONE = np.uint64(1)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MURMUR = np.uint64(0xFF51AFD7ED558CCD)
_SPREAD = np.uint32(0x9E3779B1)
_SECOND = np.uint64(0x80000000)


def hash_shingles(texts: Texts, ngram: int) -> tuple[U64, I64]:
    """Hash the shingles of all texts; return the hashes, and for each text how many are its own."""
    points = np.frombuffer(texts.utf8.tobytes().decode().encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    starts = offsets(((texts.utf8 & 0xC0) != 0x80).astype(np.int64))[texts.borders]
    sizes = np.maximum(np.diff(starts) - ngram + 1, 0)
    hashes = np.zeros(max(points.size - ngram + 1, 0), dtype=np.uint64)
    for place in range(ngram):
        hashes = hashes * _GOLDEN + points[place : place + hashes.size]
    # Shingles that reach from one text into the next are left out.
    own = np.repeat(starts[:-1] - offsets(sizes)[:-1], sizes) + np.arange(sizes.sum())
    return hashes[own], sizes


def sketch_texts(utf8: U8, borders: I64, ngram: int, random_seed: int, signatures: U8, sizes: I64) -> None:
    """Write the signature of each text, and how many shingles it has; where it has none, its signature is 0."""
    hashes, sizes[:] = hash_shingles(Texts(utf8, borders), ngram)
    salt = _scatter(np.zeros(1, dtype=np.uint64), np.array([random_seed], dtype=np.uint64))
    slots = _throw(hashes ^ salt, sizes, signatures.shape[1])
    filled = _lend(slots[sizes > 0], salt)
    signatures[sizes == 0] = 0
    signatures[sizes > 0] = filled * _SPREAD >> np.uint32(24)


def hash_bands(signatures: U8, rows: int, keys: U32) -> None:
    """Hash each band of each signature into ``keys``, shape (bands, n_signatures)."""
    bands = keys.shape[0]
    by_slot = signatures.T.astype(np.uint64)
    key = np.full(keys.shape, _MURMUR)
    for row in range(rows):
        key = (key ^ by_slot[row * bands : (row + 1) * bands]) * _GOLDEN
        key ^= key >> _HALF
    keys[:] = key & _LOW


def count_agreement(signatures: U8, left: I64, right: I64) -> I64:
    """Count the slots in which signatures ``left[i]`` and ``right[i]`` agree."""
    agreement: I64 = (signatures[left] == signatures[right]).sum(axis=1, dtype=np.int64)
    return agreement


def jaccard_similarities(utf8: U8, borders: I64, left: I64, right: I64, ngram: int) -> F64:
    """Return the Jaccard similarity of the shingle sets of each pair of texts; 0 where neither has a shingle."""
    places, which = np.unique(np.concatenate((left, right)), return_inverse=True)
    hashes, sizes = hash_shingles(Texts(utf8, borders).take(places), ngram)
    sets = [np.unique(own) for own in np.split(hashes, offsets(sizes)[1:-1])]
    similarities = np.zeros(left.size)
    for pair, (one, other) in enumerate(zip(which[: left.size], which[left.size :], strict=True)):
        both = sets[one].size + sets[other].size
        shared = both - np.unique(np.concatenate((sets[one], sets[other]))).size
        similarities[pair] = shared / max(both - shared, 1)
    return similarities


def _scatter(state: U64, number: U64) -> U64:
    """Hash small numbers on top of others to 64 bits."""
    state = (state ^ number) + _GOLDEN
    state = (state ^ (state >> np.uint64(33))) * _MURMUR
    return (state ^ (state >> np.uint64(29))) * _GOLDEN


def _throw(salted: U64, sizes: I64, num_perm: int) -> U32:
    """Throw each shingle into two slots of its text and keep the least value in each: (n_texts, num_perm)."""
    mixed = (salted ^ (salted >> _HALF)) * _MURMUR
    mixed ^= mixed >> _HALF
    row = np.repeat(np.arange(sizes.size, dtype=np.uint64) * np.uint64(num_perm), sizes)
    slots = np.full(sizes.size * num_perm, _EMPTY)
    for half, bit in ((mixed >> _HALF, np.uint64(0)), (mixed & _LOW, _SECOND)):
        thrown = half * np.uint64(num_perm)
        values = ((thrown & _LOW) >> _ONE | bit).astype(np.uint32)
        np.minimum.at(slots, row + (thrown >> _HALF), values)
    return slots.reshape(sizes.size, num_perm)


def _lend(slots: U32, salt: U64) -> U32:
    """Fill every empty slot from the first one that is not, in an order that all texts share."""
    filled = slots.copy()
    number = np.arange(slots.shape[1], dtype=np.uint64)
    attempt = np.zeros(1, dtype=np.uint64)
    while (empty := filled == _EMPTY).any():
        attempt += _ONE
        lender = _scatter(_scatter(salt, attempt), number) % np.uint64(slots.shape[1])
        filled[empty] = slots[:, lender][empty]
    return filled
