"""Vectors that are equal, found so that they are multiplied once: their scores then stay equal."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from synthcode.evaluation.encoder import Vectors
from synthcode.evaluation.retrieval.benchmark import I64

ROWS = 1024
"""Hashed at a time."""


def distinct(documents: Vectors) -> tuple[Vectors, I64 | None]:
    """Return the distinct vectors, and the place of every document's among them; None if all differ.

    Matrix products do not round every column the same way: equal vectors must be multiplied once to stay equal.
    """
    hashes = _hashes(documents)
    _, first, places = np.unique(hashes, return_index=True, return_inverse=True)
    if len(first) == len(documents):
        return documents, None
    if not np.array_equal(documents, documents[first[places]]):  # two hashes met; it has never been seen
        _, first, places = np.unique(documents, axis=0, return_index=True, return_inverse=True)
    return np.ascontiguousarray(documents[first]), places.astype(np.int64)


def _hashes(vectors: Vectors) -> npt.NDArray[np.uint64]:
    """Hash rows by a random linear function of their bits, modulo 2^64."""
    odd = np.random.default_rng(0).integers(0, 1 << 63, vectors.shape[1], dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    # Minus zero equals zero, and must not look different.
    bits = (np.ascontiguousarray(vectors) + np.float32(0)).view(np.uint32)
    found = np.empty(len(vectors), dtype=np.uint64)
    for start in range(0, len(bits), ROWS):
        found[start : start + ROWS] = bits[start : start + ROWS].astype(np.uint64) @ odd
    return found
