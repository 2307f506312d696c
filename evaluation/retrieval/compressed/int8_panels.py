"""Bytes of documents in the order in which a processor multiplies them, and the ranks that they give."""

from __future__ import annotations

from functools import cache, partial

import numpy as np

from synthcode.evaluation.retrieval.benchmark import Judgements, Ranks
from synthcode.evaluation.retrieval.compressed.int8_products import (
    I8,
    exact_product,
    example_bytes,
    least_seconds,
)
from synthcode.evaluation.retrieval.search.ranking import ranks

MOST_ANSWERS = 8
"""Of one query: every score is compared with each."""


@cache
def panels_are_faster() -> bool:
    """Return whether ranks by panels take less time on this processor than by products that are written to memory."""
    queries, documents = example_bytes()
    judged = Judgements(*(np.arange(len(queries) + more) for more in (0, 1, 0)))
    by_panels = partial(Panels(documents).ranks, queries, judged)
    by_panel, by_product = least_seconds(by_panels, lambda: ranks([exact_product(queries, documents)], judged))
    return by_panel <= by_product


class Panels:
    """Documents in groups of sixteen: of each pair of dimensions all sixteen, one after another.

    Parameters
    ----------
    codes
        (documents, width), int8, of an even width.
    """

    def __init__(self, codes: I8) -> None:
        from synthcode.evaluation.retrieval.compressed.int8_kernels import DOCUMENTS

        self._documents = len(codes)
        self._panels = _interleaved(codes, DOCUMENTS)

    def ranks(self, queries: I8, judged: Judgements) -> Ranks:
        """Rank the relevant documents of queries, (queries, width); no score but theirs is written to memory."""
        from synthcode.evaluation.retrieval.compressed.int8_kernels import (
            DOCUMENTS,
            count_better_products,
            own_scores,
        )

        own, counts = np.empty((2, len(judged.answers)), dtype=np.int32)
        own_scores(self._panels, queries, judged.starts, judged.answers, own)
        count_better_products(queries, self._panels, judged.starts, judged.answers, own, counts)
        fill = len(self._panels) * DOCUMENTS - self._documents  # zeros after the last document
        found: Ranks = counts + np.int32(1) - np.int32(fill) * (own < 0)
        return found


def _interleaved(codes: I8, group: int) -> I8:
    """Return groups of documents, (groups, width * group): of each pair of dimensions all documents of a group."""
    documents, width = codes.shape
    whole = np.zeros((-(-documents // group) * group, width), dtype=np.int8)
    whole[:documents] = codes
    return np.ascontiguousarray(whole.reshape(-1, group, width // 2, 2).transpose(0, 2, 1, 3)).reshape(
        -1, width * group
    )
