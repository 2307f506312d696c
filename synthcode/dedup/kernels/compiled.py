"""The loops over shingles, compiled by numba: they hold no lock of the interpreter, so that threads share them out.

A character is a Unicode code point. A shingle is a run of ``ngram`` neighbouring characters of one text, known by a
64-bit hash, a polynomial modulo 2^64. That two different shingles of a pair of texts share one has a chance below
1e-12 for texts of a thousand characters, so sets of hashes stand for sets of shingles.

Texts are concatenated UTF-8: text ``i`` is ``utf8[borders[i]:borders[i + 1]]``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

from synthcode.dedup.texts import F64, I64, U8, U32, U64

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile a function when it is first called; later processes find it on disk, where anything can be kept there."""
    try:
        return cast(Function, numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # no folder for it can be written
        return cast(Function, numba.njit(nogil=True)(function))


_EMPTY = np.uint32(0xFFFFFFFF)
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_ONE = np.uint64(1)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MURMUR = np.uint64(0xFF51AFD7ED558CCD)
_SPREAD = np.uint32(0x9E3779B1)

_SECOND = np.uint64(0x80000000)
_LEFT, _RIGHT, _BOTH = np.uint8(1), np.uint8(2), np.uint8(3)


@compiled
def hash_shingles(utf8: U8, start: int, end: int, ngram: int, hashes: U64) -> int:
    """Hash the shingles of one text in the order of the text, repeats included; return how many there are."""
    window = np.zeros(ngram, dtype=np.uint64)
    leaving = _ONE  # what the character that leaves the window was multiplied with
    for _ in range(ngram):
        leaving *= _GOLDEN
    running = np.uint64(0)
    characters = oldest = 0
    place = start
    while place < end:
        lead = utf8[place]
        length = 1 if lead < 0x80 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
        point = np.uint64(lead)
        if length > 1:
            point &= np.uint64(0xFF >> (length + 1))
            for byte in range(1, length):
                point = point << np.uint64(6) | np.uint64(utf8[place + byte] & 0x3F)
        place += length
        running = running * _GOLDEN + point - window[oldest] * leaving
        window[oldest] = point
        oldest = oldest + 1 if oldest + 1 < ngram else 0
        characters += 1
        if characters >= ngram:
            hashes[characters - ngram] = running
    return max(characters - ngram + 1, 0)


@compiled
def all_shingles(utf8: U8, borders: I64, ngram: int) -> tuple[U64, I64]:
    """Hash the shingles of all texts; return the hashes, and for each text how many are its own."""
    sizes = np.zeros(borders.size - 1, dtype=np.int64)
    hashes = np.empty(borders[-1] - borders[0], dtype=np.uint64)
    filled = 0
    for text in range(sizes.size):
        sizes[text] = hash_shingles(utf8, borders[text], borders[text + 1], ngram, hashes[filled:])
        filled += sizes[text]
    return hashes[:filled], sizes


@compiled
def count_shared(owners: I64, starts: I64, ends: I64, shared: I64) -> None:
    """Add 1 to ``shared[owner]`` for every owner in the runs ``owners[starts[i]:ends[i]]``."""
    for run in range(starts.size):
        for place in range(starts[run], ends[run]):
            shared[owners[place]] += 1


@compiled
def _scatter(state: np.uint64, number: int) -> np.uint64:
    """Hash a small number on top of others to 64 bits, the same on every machine."""
    state = (state ^ np.uint64(number)) + _GOLDEN
    state = (state ^ (state >> np.uint64(33))) * _MURMUR
    return (state ^ (state >> np.uint64(29))) * _GOLDEN


@compiled
def _throw(hashes: U64, salt: np.uint64, slots: U32) -> None:
    """Throw each shingle into two slots and keep the least value in each; a first throw's is less than a second's."""
    slots[:] = _EMPTY
    num_perm = np.uint64(slots.size)
    for shingle in hashes:
        mixed = shingle ^ salt
        mixed = (mixed ^ (mixed >> _HALF)) * _MURMUR
        mixed ^= mixed >> _HALF
        # Multiply and shift: the product's high half is a slot, its low half is uniform within the slot.
        first = (mixed >> _HALF) * num_perm
        second = (mixed & _LOW) * num_perm
        slots[first >> _HALF] = min(slots[first >> _HALF], np.uint32((first & _LOW) >> _ONE))
        slots[second >> _HALF] = min(slots[second >> _HALF], np.uint32((second & _LOW) >> _ONE | _SECOND))


@compiled
def _lend(slots: U32, state: np.uint64, filled: U32) -> None:
    """Fill every empty slot from the first one that is not, in an order that all texts share."""
    for slot in range(slots.size):
        filled[slot] = slots[slot]
        attempt = 0
        while filled[slot] == _EMPTY:
            attempt += 1
            filled[slot] = slots[_scatter(_scatter(state, attempt), slot) % np.uint64(slots.size)]


@compiled
def sketch_texts(utf8: U8, borders: I64, ngram: int, random_seed: int, signatures: U8, sizes: I64) -> None:
    """Write the signature of each text, and how many shingles it has; where it has none, its signature is 0."""
    salt = _scatter(np.uint64(0), random_seed)
    hashes = np.empty(np.max(np.diff(borders)) if borders.size > 1 else 0, dtype=np.uint64)
    slots = np.empty(signatures.shape[1], dtype=np.uint32)
    filled = np.empty_like(slots)
    for text in range(signatures.shape[0]):
        size = hash_shingles(utf8, borders[text], borders[text + 1], ngram, hashes)
        sizes[text] = size
        if size == 0:
            signatures[text, :] = 0
            continue
        _throw(hashes[:size], salt, slots)
        _lend(slots, salt, filled)
        for slot in range(slots.size):
            signatures[text, slot] = filled[slot] * _SPREAD >> np.uint32(24)


@compiled
def hash_bands(signatures: U8, rows: int, keys: U32) -> None:
    """Hash each band of each signature into ``keys``, shape (bands, n_signatures)."""
    bands = keys.shape[0]
    for text in range(signatures.shape[0]):
        for band in range(bands):
            key = _MURMUR
            for row in range(rows):
                key = (key ^ np.uint64(signatures[text, row * bands + band])) * _GOLDEN
                key ^= key >> _HALF
            keys[band, text] = np.uint32(key & _LOW)


@compiled
def count_agreement(signatures: U8, left: I64, right: I64) -> I64:
    """Count the slots in which signatures ``left[i]`` and ``right[i]`` agree."""
    agreement = np.zeros(left.size, dtype=np.int64)
    for pair in range(left.size):
        one, other = signatures[left[pair]], signatures[right[pair]]
        count = 0
        for slot in range(one.size):
            count += one[slot] == other[slot]
        agreement[pair] = count
    return agreement


@compiled
def jaccard_similarities(utf8: U8, borders: I64, left: I64, right: I64, ngram: int) -> F64:
    """Return the Jaccard similarity of the shingle sets of each pair of texts; 0 where neither has a shingle."""
    longest = 0
    for text in left:
        longest = max(longest, borders[text + 1] - borders[text])
    for text in right:
        longest = max(longest, borders[text + 1] - borders[text])
    hashes = np.empty(longest, dtype=np.uint64)
    capacity = 2
    while capacity < 4 * longest:  # at most half full of the shingles of two texts
        capacity *= 2
    # An open-addressing table; what another pair left in a place is known by its stamp.
    keys, owners = np.empty(capacity, dtype=np.uint64), np.empty(capacity, dtype=np.uint8)
    stamps = np.zeros(capacity, dtype=np.int64)
    similarities = np.zeros(left.size)
    for pair in range(left.size):
        mask = np.uint64(1)
        room = borders[left[pair] + 1] - borders[left[pair]] + borders[right[pair] + 1] - borders[right[pair]]
        while mask < 2 * room:
            mask = mask << _ONE
        mask -= _ONE
        united = shared = 0
        for owner in (_LEFT, _RIGHT):
            text = left[pair] if owner == _LEFT else right[pair]
            size = hash_shingles(utf8, borders[text], borders[text + 1], ngram, hashes)
            for shingle in hashes[:size]:
                place = (shingle * _MURMUR >> _HALF) & mask
                while stamps[place] == pair + 1 and keys[place] != shingle:
                    place = (place + _ONE) & mask
                if stamps[place] != pair + 1:
                    keys[place], owners[place], stamps[place] = shingle, owner, pair + 1
                    united += 1
                elif owner == _RIGHT and owners[place] == _LEFT:
                    owners[place] = _BOTH
                    shared += 1
        similarities[pair] = shared / max(united, 1)
    return similarities
