"""Ranks of relevant documents: blocks of scores, and a count of who comes before. No list of results is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from evaluation.benchmark import I64, Judgements
from evaluation.encoders.protocol import Scores, Vectors
from synthcode.errors import InputError

Ranks = npt.NDArray[np.int32]

BLOCK_BYTES = 32 << 20
"""Scores of a block of queries: what a processor's cache can hold, so that counting costs little beside multiplying."""

MOST_QUERIES = 1024
"""In a block: more make no multiplication faster."""


def vector_ranks(queries: Vectors, documents: Vectors, judged: Judgements, device: str = "cpu") -> Ranks:
    """Rank by inner products.

    Parameters
    ----------
    queries
        The vectors of ``judged.queries``, (queries, width); float32, finite.
    documents
        (documents, width), in descending order of their ids; equal vectors get equal scores.
    judged
        Which documents answer which queries.
    device
        Where torch multiplies and counts; on ``cpu`` numpy does.

    Returns
    -------
    Ranks
        Of each of ``judged.answers``, counted from 1 by trec_eval's rule: of equal scores the larger id comes first.

    Raises
    ------
    InputError
        Where a vector is not finite, not float32, or of another width.
    """
    _check(queries, documents)
    if device != "cpu":
        from evaluation.torch_search import torch_ranks

        return torch_ranks(queries, documents, judged, device)
    return ranks(_score_blocks(queries, documents), judged)


def ranks(blocks: Iterable[Scores], judged: Judgements) -> Ranks:
    """Rank by scores that come in blocks of queries, in the order of ``judged.queries``.

    Parameters
    ----------
    blocks
        (some queries, documents) each; a block may be overwritten once the next is asked for.
    judged
        Which documents answer which queries.
    """
    from evaluation.rank_kernels import count_better

    found = np.empty(len(judged.answers), dtype=np.int32)
    query = 0
    for scores in blocks:
        starts = judged.starts[query : query + len(scores) + 1]
        pairs = slice(starts[0], starts[-1])
        count_better(scores, starts - starts[0], judged.answers[pairs], found[pairs])
        query += len(scores)
    return found


def rows_in_block(documents: int) -> int:
    """Return how many queries' scores make a block."""
    return max(1, min(MOST_QUERIES, BLOCK_BYTES // (4 * max(1, documents))))


def _score_blocks(queries: Vectors, documents: Vectors) -> Iterator[Scores]:
    different, places = distinct(documents)
    rows = rows_in_block(len(documents))
    products = np.empty((rows, len(different)), dtype=np.float32)
    repeated = None if places is None else np.empty((rows, len(documents)), dtype=np.float32)
    for start in range(0, len(queries), rows):
        block = queries[start : start + rows]
        scores = np.matmul(block, different.T, out=products[: len(block)])
        if repeated is not None and places is not None:
            scores = np.take(scores, places, axis=1, out=repeated[: len(block)])
        yield scores


def distinct(documents: Vectors) -> tuple[Vectors, I64 | None]:
    """Return the vectors that differ, and the place of every document's among them; None where all differ.

    Matrix products do not round every column alike: what is equal must be multiplied once to stay equal.
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
    for start in range(0, len(bits), MOST_QUERIES):
        found[start : start + MOST_QUERIES] = bits[start : start + MOST_QUERIES].astype(np.uint64) @ odd
    return found


def _check(queries: Vectors, documents: Vectors) -> None:
    for vectors in (queries, documents):
        if vectors.dtype != np.float32 or vectors.ndim != 2 or vectors.shape[1] != documents.shape[1]:
            raise InputError(
                f"vectors of {vectors.dtype} and shape {vectors.shape} cannot be ranked",
                f"encoders give float32 of shape (texts, {documents.shape[-1]})",
            )
        if not np.isfinite(vectors).all():
            row = int(np.flatnonzero(~np.isfinite(vectors).all(axis=1))[0])
            raise InputError(f"the vector in row {row} is not finite", "try the encoder in float32: --dtype float32")
