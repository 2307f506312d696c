"""``colbert:NAME``: a vector for each token, and late interaction, by sentence-transformers' multi-vector encoders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from synthcode.evaluation.encoder import Scores, Side
from synthcode.evaluation.representations.loading import FamilyModel
from synthcode.evaluation.representations.ranker import RepresentationRanker
from synthcode.evaluation.representations.representer import Representation
from synthcode.evaluation.score_blocks import rows_in_block

BLOCK_NUMBERS = 1 << 25
"""Similarities of tokens that are in memory at a time."""


class ColBert:
    """A late-interaction model; a representation has the vector of each token that is scored.

    The score of a document is MaxSim (Khattab and Zaharia 2020, SIGIR): the sum over the tokens of the query of the
    largest inner product with a token of the document.

    Parameters are those of :class:`synthcode.evaluation.representations.loading.FamilyModel`.

    Raises
    ------
    InputError
        If the model cannot be used.
    """

    zero_is_unmatched = False

    def __init__(self, name: str, **options: Any) -> None:
        self.name = f"colbert:{name}"
        self._loaded = FamilyModel(self.name, "MultiVectorEncoder", **options)
        self.width: int = self._loaded.encode(["a"], "document")[0].shape[1]

    @cached_property
    def identity(self) -> str:
        """A digest of the model."""
        return self._loaded.identity

    def encode(self, texts: Sequence[str], side: Side) -> list[Representation]:
        """Return the vectors of the tokens of texts."""
        found = self._loaded.encode(list(texts), side)
        return [tokens.float().cpu().numpy().astype(np.float32) for tokens in found]

    def score_blocks(self, queries: Sequence[Representation], documents: Sequence[Representation]) -> Iterator[Scores]:
        """Yield MaxSim; a document without a token that is scored comes last."""
        different, places = _distinct(documents)
        tokens = np.concatenate([np.empty((0, self.width), np.float32), *different])
        lengths = np.array([len(one) for one in different])
        rows = rows_in_block(len(documents))
        for start in range(0, len(queries), rows):
            block = [_max_sim(query, tokens, lengths)[places] for query in queries[start : start + rows]]
            yield np.array(block, dtype=np.float32).reshape(len(block), len(documents))


def open_colbert(
    name: str,
    *,
    dtype: str = "auto",
    device: str = "auto",
    max_tokens: int | None = None,
    prompts: Mapping[str, str] | None = None,
    revision: str | None = None,
) -> RepresentationRanker:
    """Return the ranker of ``colbert:NAME``; parameters as of ``FamilyModel``."""
    return RepresentationRanker(
        ColBert(name, dtype=dtype, device=device, max_tokens=max_tokens, prompts=prompts, revision=revision)
    )


def _distinct(documents: Sequence[Representation]) -> tuple[list[Representation], npt.NDArray[np.int64]]:
    """Return documents that differ, and the place of each document's among them: matrix products round by place."""
    found: dict[bytes, int] = {}
    places = [found.setdefault(document.tobytes(), len(found)) for document in documents]
    first = dict(zip(places, documents, strict=True))
    return [first[place] for place in range(len(found))], np.array(places, dtype=np.int64)


def _max_sim(query: Representation, tokens: Representation, lengths: npt.NDArray[np.int64]) -> Scores:
    """Return the score of each document, (documents,).

    Parameters
    ----------
    query
        (tokens, width)
    tokens
        Of all documents, one after another, (tokens, width).
    lengths
        Tokens of each document.
    """
    ends = np.cumsum(lengths)
    scores = np.full(len(lengths), -np.inf, dtype=np.float32)
    most = max(1, BLOCK_NUMBERS // max(1, len(query)))
    first = 0
    while first < len(lengths):
        start = ends[first] - lengths[first]
        last = max(first + 1, int(np.searchsorted(ends, start + most, side="right")))
        filled = np.flatnonzero(lengths[first:last]) + first
        if len(filled):
            similar = query @ tokens[start : ends[last - 1]].T
            best = np.maximum.reduceat(similar, ends[filled] - lengths[filled] - start, axis=1)
            scores[filled] = best.sum(axis=0)
        first = last
    return scores
