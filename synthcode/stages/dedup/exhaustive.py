"""Every pair of a few documents compared, with no hashing into bands: what candidates are checked against."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synthcode.stages.dedup.shingles import shingle_sets


def all_similarities(texts: pa.LargeStringArray, ngram: int) -> npt.NDArray[np.float64]:
    """Return the Jaccard similarity of every two texts' shingle sets, by an inverted index.

    Returns
    -------
    numpy.ndarray
        Shape (n_texts, n_texts), symmetric. 0 where a text is too short for a shingle, also with itself.
    """
    sets = shingle_sets(texts, ngram)
    sizes = np.diff(sets.offsets)
    order = np.argsort(sets.hashes)
    owners = np.repeat(np.arange(len(texts)), sizes)[order]
    ordered = sets.hashes[order]
    starts = np.searchsorted(ordered, sets.hashes, side="left")
    counts = np.searchsorted(ordered, sets.hashes, side="right") - starts
    shared = np.zeros((len(texts), len(texts)), dtype=np.int32)
    for text, (first, last) in enumerate(zip(sets.offsets[:-1], sets.offsets[1:], strict=True)):
        count = counts[first:last]
        places = np.arange(count.sum()) + np.repeat(starts[first:last] - (np.cumsum(count) - count), count)
        shared[text] = np.bincount(owners[places], minlength=len(texts))
    united = sizes[:, None] + sizes[None, :] - shared
    similarities: npt.NDArray[np.float64] = shared / np.maximum(united, 1)
    return similarities
