"""Every pair of a few documents compared, with no hashing into bands: what candidates are checked against."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pyarrow as pa

from synthcode.dedup.kernels.compiled import all_shingles, count_shared
from synthcode.dedup.texts import F64, U64, Texts, offsets


def all_similarities(texts: pa.LargeStringArray, ngram: int) -> F64:
    """Return the Jaccard similarity of every two texts' shingle sets.

    Returns
    -------
    numpy.ndarray
        Shape (n_texts, n_texts), symmetric. 0 if a text is too short for a shingle, also with itself.
    """
    found = np.empty((len(texts), len(texts)))
    for row, similarities in zip(found, similarities_by_text(texts, ngram), strict=True):
        row[:] = similarities
    return found


def similarities_by_text(texts: pa.LargeStringArray, ngram: int) -> Iterator[F64]:
    """Yield, for each text, its similarities to all texts, by an inverted index."""
    sets = _shingle_sets(Texts.of(texts), ngram)
    sizes = np.array([len(one) for one in sets], dtype=np.int64)
    hashes = np.concatenate([np.empty(0, dtype=np.uint64), *sets])
    order = np.argsort(hashes)
    owners, ordered = np.repeat(np.arange(len(sets)), sizes)[order], hashes[order]
    for own, size in zip(sets, sizes.tolist(), strict=True):
        shared = np.zeros(len(sets), dtype=np.int64)
        count_shared(owners, np.searchsorted(ordered, own), np.searchsorted(ordered, own, side="right"), shared)
        yield shared / np.maximum(size + sizes - shared, 1)


def _shingle_sets(texts: Texts, ngram: int) -> list[U64]:
    hashes, sizes = all_shingles(texts.utf8, texts.borders, ngram)
    return [np.unique(hashes[start:end]) for start, end in pairwise(offsets(sizes).tolist())]
