"""``bm25``: word overlap, the baseline that everyone must beat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from synthcode.evaluation.encoder import Scores
from synthcode.identifiers import PIECES, pieces
from synthcode.identity import digest

K1, B = 1.5, 0.75
"""Robertson's usual values, and those of bm25s."""

METHOD = "lucene"


class Bm25:
    """BM25 (Robertson and Zaragoza 2009, Found. Trends IR 3(4)) over pieces of identifiers, as bm25s computes it."""

    name = "bm25"

    def __init__(self, *, dtype: str = "auto") -> None:
        """Accept ``dtype``, and ignore it: one line of a script scores many encoders."""

    @property
    def identity(self) -> str:
        """A digest of its settings."""
        return digest(self.name, K1, B, METHOD, PIECES.pattern)

    def score_blocks(self, queries: Sequence[str], documents: Sequence[str]) -> Iterator[Scores]:
        """Yield the scores of some queries after others; a word that a query has twice counts twice."""
        import bm25s

        from synthcode.evaluation.score_blocks import rows_in_block

        corpus = [pieces(document) for document in documents]
        known = {word for words in corpus for word in words}
        rows = rows_in_block(len(documents))
        block = np.zeros((rows, len(documents)), dtype=np.float32)
        index = bm25s.BM25(k1=K1, b=B, method=METHOD)
        if known:  # of a corpus without a word there is no index, and every score is zero
            index.index(corpus, show_progress=False)
        for start in range(0, len(queries), rows):
            asked = queries[start : start + rows]
            for row, query in enumerate(asked):
                words = [word for word in pieces(query) if word in known]
                block[row] = index.get_scores(words) if words else 0
            yield block[: len(asked)]
