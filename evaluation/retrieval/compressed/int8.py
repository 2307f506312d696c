"""Vectors in bytes: calibrated quantisation, and exact products of integers.

Documents are quantised dimension by dimension between the least and the greatest value that the corpus has there, as
``sentence_transformers.quantize_embeddings`` does with its calibration set. A query is multiplied by the steps of the
dimensions first, and quantised by its own greatest value: what is left out of the inner product is then the same for
all documents, and their order is that of the reconstructed vectors, up to the rounding of the query.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from synthcode.evaluation.encoder import Vectors
from synthcode.evaluation.retrieval.benchmark import Judgements, Ranks
from synthcode.evaluation.retrieval.compressed.int8_panels import MOST_ANSWERS, Panels, panels_are_faster
from synthcode.evaluation.retrieval.compressed.int8_products import I8, exact_product, padded
from synthcode.evaluation.retrieval.search.ranking import ranks

F32 = npt.NDArray[np.float32]

LEVELS = 255
"""Steps between the least and the greatest value of a dimension."""


class Int8Index:
    """The bytes of all documents.

    Parameters
    ----------
    documents
        (documents, width), float32: they are also the calibration set.
    """

    def __init__(self, documents: Vectors) -> None:
        self.least: F32 = documents.min(axis=0, initial=np.inf).astype(np.float32)
        greatest = documents.max(axis=0, initial=-np.inf)
        self.steps: F32 = ((greatest - self.least) / np.float32(LEVELS)).astype(np.float32)
        # A dimension that is the same in all documents says nothing of their order.
        spread = np.where(self.steps > 0, self.steps, np.float32(1))
        codes = np.clip(np.rint((documents - self.least) / spread) - 128, -128, 127).astype(np.int8)
        self.codes: I8 = padded(codes)
        """(documents, width rounded up)."""
        self._panels = Panels(self.codes) if panels_are_faster() else None

    def encode_queries(self, queries: Vectors) -> I8:
        """Return the bytes of queries, (queries, width rounded up): the share that each dimension has in the score."""
        weighted = queries * self.steps
        greatest = np.abs(weighted).max(axis=1, keepdims=True, initial=0)
        scale = np.where(greatest > 0, greatest / 127, 1)
        return padded(np.rint(weighted / scale).astype(np.int8))

    def ranks(self, codes: I8, judged: Judgements) -> Ranks:
        """Rank the relevant documents of queries by inner products of bytes in 32 bits."""
        if self._panels is not None and np.diff(judged.starts).max(initial=0) <= MOST_ANSWERS:
            return self._panels.ranks(codes, judged)
        return ranks([exact_product(codes, self.codes)], judged)
