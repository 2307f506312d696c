"""Vectors in bits: the signs of the dimensions, compared by their Hamming distance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from synthcode.evaluation.encoder import Vectors
from synthcode.evaluation.retrieval.benchmark import Judgements, Ranks
from synthcode.evaluation.retrieval.search.ranking import ranks

U64 = npt.NDArray[np.uint64]
I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]

WORD = 64
"""Bits."""
MOST_IN_I16 = 1 << 15
"""Bits of vectors whose distances fit 16 bits: half of the memory to read for the ranks."""


def packed(vectors: Vectors) -> U64:
    """Return the signs of vectors as bits, 1 above zero, in words of 64 with zeros at the end.

    Parameters
    ----------
    vectors
        (texts, width), float32.

    Returns
    -------
    U64
        (texts, width / 64 rounded up). The bytes begin with those of ``sentence_transformers.quantize_embeddings``.
    """
    words = -(-vectors.shape[1] // WORD)
    padded = np.zeros((len(vectors), words * 8), dtype=np.uint8)
    bits = np.packbits(vectors > 0, axis=1)
    padded[:, : bits.shape[1]] = bits
    return padded.view(np.uint64)


class BinaryIndex:
    """The bits of all documents.

    Parameters
    ----------
    documents
        (documents, width), float32.
    """

    def __init__(self, documents: Vectors) -> None:
        self._words = np.ascontiguousarray(packed(documents).T)
        self._scores = np.int16 if documents.shape[1] < MOST_IN_I16 else np.int32

    def encode_queries(self, queries: Vectors) -> U64:
        """Return the bits of queries, (queries, words)."""
        return packed(queries)

    def ranks(self, codes: U64, judged: Judgements) -> Ranks:
        """Rank the relevant documents of queries; equal distances are equal scores."""
        return ranks([self._scores_of(codes)], judged)

    def _scores_of(self, codes: U64) -> I16 | I32:
        """Return the Hamming distances, negated: (queries, documents)."""
        from synthcode.evaluation.retrieval.compressed.binary_kernels import negated_distances

        found = np.empty((len(codes), self._words.shape[1]), dtype=self._scores)
        negated_distances(codes, self._words, found)
        return found
