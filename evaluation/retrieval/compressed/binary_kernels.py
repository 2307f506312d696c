"""The loop that counts differing bits, compiled by numba: it holds no lock of the interpreter."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba.extending import intrinsic

from synthcode.dedup.kernels.compiled import compiled


@intrinsic
def _count_ones(_context: Any, word: Any) -> Any:
    """Count the bits of a word: numba does not compile ``np.bitwise_count`` yet."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return word(word), generate


@compiled
def negated_distances(queries: Any, documents: Any, scores: Any) -> None:
    """Write the Hamming distance of every query to every document, negated.

    Parameters
    ----------
    queries
        (queries, words), uint64.
    documents
        (words, documents), uint64: one word of all documents stands together, so that a processor takes many at once.
    scores
        Filled, (queries, documents); of an integer type that holds the number of bits.
    """
    for query in range(queries.shape[0]):
        row = scores[query]
        row[:] = 0
        for place in range(queries.shape[1]):
            word = queries[query, place]
            column = documents[place]
            for document in range(column.size):
                row[document] -= np.int16(_count_ones(word ^ column[document]))  # type: ignore[call-arg]
