"""MinHash signatures of shingle sets, and the bands that propose pairs of documents.

Signatures are one-permutation sketches: a shingle is thrown into two of ``num_perm`` slots and every slot keeps its
least value (Li, Owen and Zhang, 2012, "One Permutation Hashing"; the second throw counts only where the first left a
slot empty, as in Dahlgaard, Knudsen and Thorup, 2017, "Fast Similarity Sketching"); slots that stay empty borrow
(Shrivastava, 2017, "Optimal Densification for Fast and Accurate Minwise Hashing"). One slot of two documents is equal
with the probability of their Jaccard similarity, as with ``num_perm`` permutations, for two operations a shingle.
"""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synthcode.stages.dedup.shingles import Shingles, hashed_shingles

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]

MISS_AT_THRESHOLD = 0.01
"""Upper bound of the chance that a pair whose similarity is just the threshold shares no band."""

_EMPTY = np.uint32(0xFFFFFFFF)
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_GOLDEN = 0x9E3779B97F4A7C15
_MURMUR = 0xFF51AFD7ED558CCD
_SPREAD = np.uint32(0x9E3779B1)
_WORD = (1 << 64) - 1


def miss_probability(similarity: float, bands: int, rows: int) -> float:
    """Return the chance that a pair shares no band: ``(1 - s^r)^b``.

    Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", section 3.4.2.
    """
    return float((1.0 - similarity**rows) ** bands)


def bands_and_rows(num_perm: int, threshold: float) -> tuple[int, int]:
    """Choose the longest bands that still find pairs at the threshold: longer ones propose fewer pairs in vain.

    256 slots and a threshold of 0.7 give 42 bands of 6 rows, which miss 0.5 % of the pairs at 0.70, 0.003 % of those
    at 0.80, and propose 16 % of those at 0.40.
    """
    for rows in range(num_perm, 1, -1):
        bands = num_perm // rows
        if miss_probability(threshold, bands, rows) < MISS_AT_THRESHOLD:
            return bands, rows
    return num_perm, 1


def signatures(texts: pa.LargeStringArray, ngram: int, num_perm: int, random_seed: int) -> U8:
    """Return the MinHash signature of each text.

    Returns
    -------
    numpy.ndarray
        Shape (n_texts, num_perm). Eight bits of each slot are kept (Li and Koenig, 2010, "b-Bit Minwise Hashing"):
        two slots that differ look equal once in 256. Rows of texts without a shingle mean nothing.
    """
    parts = [_thrown(run, num_perm, random_seed) for run in hashed_shingles(texts, ngram)]
    slots = np.concatenate(parts) if parts else np.empty((0, num_perm), dtype=np.uint32)
    _lend(slots, random_seed)
    return (slots * _SPREAD >> np.uint32(24)).astype(np.uint8)


def band_keys(signatures: U8, bands: int, rows: int) -> U32:
    """Hash each band of each signature.

    Returns
    -------
    numpy.ndarray
        Shape (bands, n_signatures). Documents that share a key of a band agree in all its rows, or (one pair in four
        billion) do not.
    """
    keys = np.full((len(signatures), bands), _MURMUR, dtype=np.uint64)
    for row in range(rows):
        keys ^= signatures[:, row * bands : (row + 1) * bands]
        keys *= np.uint64(_GOLDEN)
        keys ^= keys >> _HALF
    return np.ascontiguousarray(keys.T.astype(np.uint32))


def _thrown(shingles: Shingles, num_perm: int, random_seed: int) -> U32:
    """Throw each shingle into two slots of its document, and keep the least value in each slot."""
    sizes = np.diff(shingles.offsets)
    slots = np.full(sizes.size * num_perm, _EMPTY, dtype=np.uint32)
    home = np.repeat(np.arange(0, slots.size, num_perm, dtype=np.uint64), sizes)
    mixed = shingles.hashes ^ np.uint64(_scatter(random_seed))
    mixed ^= mixed >> _HALF
    mixed *= np.uint64(_MURMUR)
    mixed ^= mixed >> _HALF
    for throw, word in enumerate((mixed >> _HALF, mixed & _LOW)):
        # Multiply and shift: the product's high half is a slot, its low half is uniform within the slot.
        word *= np.uint64(num_perm)
        values = word.astype(np.uint32)
        values >>= np.uint32(1)
        values |= np.uint32(throw << 31)
        word >>= _HALF
        word += home
        np.minimum.at(slots, word.view(np.int64), values)
    return slots.reshape(sizes.size, num_perm)


def _lend(slots: U32, random_seed: int) -> None:
    """Fill every empty slot from the first one that is not, in an order that all documents share."""
    num_perm = slots.shape[1]
    empty = slots == _EMPTY
    empty[empty.all(axis=1)] = False
    wanting = np.flatnonzero(empty)
    home = wanting // num_perm * num_perm
    full, flat = slots.ravel().copy(), slots.reshape(-1)
    attempt = 0
    while wanting.size:
        attempt += 1
        lent = full.take(home + _lenders(num_perm, random_seed, attempt).take(wanting - home))
        flat[wanting] = lent
        still = np.flatnonzero(lent == _EMPTY)
        wanting, home = wanting.take(still), home.take(still)


@functools.cache
def _lenders(num_perm: int, random_seed: int, attempt: int) -> npt.NDArray[np.int64]:
    return np.array([_scatter(random_seed, attempt, slot) % num_perm for slot in range(num_perm)])


def _scatter(*numbers: int) -> int:
    """Hash small numbers to 64 bits, the same on every machine."""
    state = 0
    for number in numbers:
        state = ((state ^ number) + _GOLDEN) & _WORD
        state = ((state ^ (state >> 33)) * _MURMUR) & _WORD
        state = ((state ^ (state >> 29)) * _GOLDEN) & _WORD
    return state ^ (state >> 32)
