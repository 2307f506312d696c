"""What searches documents whose vectors were made smaller: exactly, among all of them."""

from __future__ import annotations

from contextlib import closing, nullcontext
from functools import partial
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from synthcode.evaluation.encoder import Vectors
from synthcode.evaluation.retrieval.benchmark import Judgements, Ranks
from synthcode.evaluation.retrieval.compressed.binary import BinaryIndex
from synthcode.evaluation.retrieval.compressed.compression import Compression
from synthcode.evaluation.retrieval.compressed.int8 import Int8Index
from synthcode.evaluation.retrieval.compressed.int8_products import one_thread_each
from synthcode.evaluation.retrieval.compressed.truncation import is_unit, truncated
from synthcode.evaluation.retrieval.search.ranking import vector_ranks
from synthcode.evaluation.score_blocks import rows_in_block
from synthcode.execution.executor import Executor
from synthcode.execution.threads import ThreadExecutor

Codes = TypeVar("Codes", bound=npt.NDArray[Any])


class CodeIndex(Protocol[Codes]):
    """The codes of all documents."""

    def encode_queries(self, queries: Vectors) -> Codes:
        """Return the codes of queries, a row each."""

    def ranks(self, codes: Codes, judged: Judgements) -> Ranks:
        """Return the ranks of the relevant documents of some queries: of each of ``judged.answers``."""


class CompressedIndex:
    """Documents at one width and precision.

    Parameters
    ----------
    documents
        (documents, width), float32, finite; in descending order of their ids.
    compression
        The width and precision.
    device
        Where torch multiplies float32; ``cpu`` is numpy. Integers are always searched on the processor.
    """

    def __init__(self, documents: Vectors, compression: Compression, device: str = "cpu") -> None:
        self._is_unit, self._device = is_unit(documents), device
        self._dims = compression.dims
        self._documents = self._truncated(documents)
        self._codes = _code_index(self._documents, compression)

    def ranks(self, queries: Vectors, judged: Judgements, executor: Executor | None = None) -> Ranks:
        """Rank the documents of a cell.

        Parameters
        ----------
        queries
            The vectors of ``judged.queries``, (queries, width); float32, finite.
        judged
            Which documents answer which queries.
        executor
            Its threads share the work. Default: one thread for each core.

        Returns
        -------
        Ranks
            Of each of ``judged.answers``, as ``vector_ranks`` gives them.
        """
        queries = self._truncated(queries)
        if self._codes is None:
            return vector_ranks(queries, self._documents, judged, self._device, executor)
        codes = self._codes.encode_queries(queries)
        rows = rows_in_block(len(self._documents))
        rank = partial(_block_ranks, index=self._codes, codes=codes, judged=judged, rows=rows)
        with one_thread_each(), closing(ThreadExecutor()) if executor is None else nullcontext(executor) as threads:
            found = threads.map_shared(rank, range(0, len(codes), rows))
            return np.concatenate([np.empty(0, dtype=np.int32), *found])

    def _truncated(self, vectors: Vectors) -> Vectors:
        return truncated(vectors, self._dims, normalize=self._is_unit)


def _code_index(documents: Vectors, compression: Compression) -> CodeIndex[Any] | None:
    """Return the index of integers; None for float32."""
    if compression.precision == "int8":
        return Int8Index(documents)
    if compression.precision == "binary":
        return BinaryIndex(documents)
    return None


def _block_ranks(start: int, index: CodeIndex[Any], codes: npt.NDArray[Any], judged: Judgements, rows: int) -> Ranks:
    """Return the ranks of the block of queries that begins with ``start``."""
    end = min(start + rows, len(codes))
    starts = judged.starts[start : end + 1]
    part = Judgements(judged.queries[start:end], starts - starts[0], judged.answers[starts[0] : starts[-1]])
    return index.ranks(codes[start:end], part)
