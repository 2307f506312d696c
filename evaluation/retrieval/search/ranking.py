"""Ranks of relevant documents: blocks of scores, and a count of who comes before. No list of results is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import partial

import numpy as np
import numpy.typing as npt

from synthcode.errors import InputError
from synthcode.evaluation.encoder import Scores, Vectors
from synthcode.evaluation.retrieval.benchmark import I64, Judgements, Ranks
from synthcode.evaluation.retrieval.search.equal_vectors import distinct
from synthcode.evaluation.score_blocks import rows_in_block
from synthcode.execution.executor import Executor
from synthcode.execution.threads import ThreadExecutor

AnyScores = npt.NDArray[np.floating] | npt.NDArray[np.signedinteger]
"""(queries, documents)."""


def vector_ranks(
    queries: Vectors, documents: Vectors, judged: Judgements, device: str = "cpu", executor: Executor | None = None
) -> Ranks:
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
        The device on which torch multiplies and counts; on ``cpu`` numpy does.
    executor
        Its threads share the work on ``cpu``. Default: one thread for each core.

    Returns
    -------
    Ranks
        Of each of ``judged.answers``, counted from 1 by trec_eval's rule: of equal scores the larger id comes first.

    Raises
    ------
    InputError
        If a vector is not finite, not float32, or of another width.
    """
    _check(queries, documents)
    if device != "cpu":
        from synthcode.evaluation.retrieval.search.torch_search import torch_ranks

        return torch_ranks(queries, documents, judged, device)
    from threadpoolctl import threadpool_limits

    different, places = distinct(documents)
    rank = partial(_block_ranks, queries=queries, documents=different, places=places, judged=judged)
    # Each thread multiplies and counts by itself: threads of two libraries in turn wait for one another.
    starts = range(0, len(queries), rows_in_block(len(documents)))
    with threadpool_limits(1, "blas"):
        if executor is not None:
            return _joined(executor.map_shared(rank, starts))
        with closing(ThreadExecutor()) as threads:
            return _joined(threads.map_shared(rank, starts))


def vector_scores(queries: Vectors, documents: Vectors) -> Iterator[Scores]:
    """Yield inner products in blocks of queries, (some queries, documents); parameters as of :func:`vector_ranks`.

    Raises
    ------
    InputError
        If a vector is not finite, not float32, or of another width.
    """
    _check(queries, documents)
    different, places = distinct(documents)
    rows = rows_in_block(len(documents))
    for start in range(0, len(queries), rows):
        yield _block_scores(queries[start : start + rows], different, places)


def ranks(blocks: Iterable[AnyScores], judged: Judgements) -> Ranks:
    """Rank by scores that come in blocks of queries, in the order of ``judged.queries``.

    Parameters
    ----------
    blocks
        (some queries, documents) each, floats or signed integers; a block may be overwritten when the next is read.
    judged
        Which documents answer which queries.
    """
    parts, query = [], 0
    for scores in blocks:
        parts.append(_ranks_of(scores, judged, query))
        query += len(scores)
    return _joined(parts)


def _joined(parts: Iterable[Ranks]) -> Ranks:
    return np.concatenate([np.empty(0, dtype=np.int32), *parts])


def _block_ranks(start: int, queries: Vectors, documents: Vectors, places: I64 | None, judged: Judgements) -> Ranks:
    """Return the ranks of the block of queries that begins with ``start``."""
    block = queries[start : start + rows_in_block(len(documents) if places is None else len(places))]
    return _ranks_of(_block_scores(block, documents, places), judged, start)


def _block_scores(queries: Vectors, documents: Vectors, places: I64 | None) -> Scores:
    scores: Scores = np.matmul(queries, documents.T)
    return scores if places is None else np.take(scores, places, axis=1)


def _ranks_of(scores: AnyScores, judged: Judgements, start: int) -> Ranks:
    from synthcode.evaluation.retrieval.search.rank_kernels import count_better

    starts = judged.starts[start : start + len(scores) + 1]
    answers = judged.answers[starts[0] : starts[-1]]
    found = np.empty(len(answers), dtype=np.int32)
    count_better(scores, starts - starts[0], answers, found)
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
