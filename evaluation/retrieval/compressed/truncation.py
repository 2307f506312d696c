"""Vectors cut to their first dimensions."""

from __future__ import annotations

import numpy as np

from synthcode.evaluation.encoder import Vectors

_NEAR_ONE = 1e-3


def is_unit(vectors: Vectors) -> bool:
    """Return whether every vector has length 1, but for those that are zero: inner products are cosines."""
    lengths = np.linalg.norm(vectors, axis=1)
    return bool(((np.abs(lengths - 1) < _NEAR_ONE) | (lengths == 0)).all())


def truncated(vectors: Vectors, dims: int, *, normalize: bool) -> Vectors:
    """Return the first dimensions of vectors, (texts, dims).

    Parameters
    ----------
    vectors
        (texts, width), float32.
    dims
        How many dimensions to keep. All of them changes nothing.
    normalize
        Whether to scale the rest to length 1, as is done with Matryoshka embeddings whose inner products are cosines
        (Kusupati et al. 2022, NeurIPS). A vector of zeros stays zero.
    """
    if dims >= vectors.shape[1]:
        return vectors
    first = np.ascontiguousarray(vectors[:, :dims])
    if not normalize:
        return first
    lengths = np.linalg.norm(first, axis=1, keepdims=True)
    lengths[lengths == 0] = 1
    scaled: Vectors = first / lengths
    return scaled
