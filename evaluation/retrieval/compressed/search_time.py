"""How long a search takes at a width and precision, whatever the size of the benchmark's corpora."""

from __future__ import annotations

import statistics
import time
from collections.abc import Collection
from contextlib import closing

import numpy as np

from synthcode.evaluation.retrieval.benchmark import Judgements
from synthcode.evaluation.retrieval.compressed.compression import Compression
from synthcode.evaluation.retrieval.compressed.index import CompressedIndex
from synthcode.execution.threads import ThreadExecutor

DOCUMENTS, QUERIES = 20_000, 200
"""Random vectors: what is in them does not change the time of an exact search."""
REPEATS = 5


def search_times(compressions: Collection[Compression]) -> dict[Compression, float]:
    """Return the processor seconds of one query among 20,000 documents on one core.

    A query is truncated, coded, scored against every document, and its right document ranked. Codes of the documents
    are made before. Compressions are measured in turn, and the median of their rounds counts.
    """
    widest = max((one.dims for one in compressions), default=0)
    random = np.random.default_rng(0)
    documents, queries = (random.standard_normal((count, widest), dtype=np.float32) for count in (DOCUMENTS, QUERIES))
    judged = Judgements(np.arange(QUERIES), np.arange(QUERIES + 1), np.arange(QUERIES))
    seconds: dict[Compression, list[float]] = {one: [] for one in compressions}
    indexes = {one: CompressedIndex(documents, one) for one in seconds}
    with closing(ThreadExecutor(1)) as thread:
        for index in indexes.values():  # compiles the loops, and loads libraries
            index.ranks(queries[:1], Judgements(judged.queries[:1], judged.starts[:2], judged.answers[:1]), thread)
        for _ in range(REPEATS):
            for one, index in indexes.items():
                started = time.process_time()
                index.ranks(queries, judged, thread)
                seconds[one].append(time.process_time() - started)
    return {one: statistics.median(taken) / QUERIES for one, taken in seconds.items()}
