"""``splade:NAME``: weights of the terms of a vocabulary, by a sparse encoder of sentence-transformers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from synthcode.errors import InputError
from synthcode.evaluation.encoder import Scores, Side
from synthcode.evaluation.representations.loading import FamilyModel
from synthcode.evaluation.representations.ranker import RepresentationRanker
from synthcode.evaluation.representations.representer import Representation
from synthcode.evaluation.score_blocks import rows_in_block

if TYPE_CHECKING:
    from scipy.sparse import csr_array

MOST_TERMS = 1 << 24
"""Terms that float32 counts exactly: representations hold a term's number next to its weight."""


class Splade:
    """A sparse encoder; a representation has a row for each term, of its number and its weight.

    Parameters are those of :class:`synthcode.evaluation.representations.loading.FamilyModel`.

    Raises
    ------
    InputError
        If the model cannot be used, or compares vectors by a distance.
    """

    width = 2
    zero_is_unmatched = True

    def __init__(self, name: str, **options: Any) -> None:
        self.name = f"splade:{name}"
        self._loaded = FamilyModel(self.name, "SparseEncoder", **options)
        similarity = str(self._loaded.model.similarity_fn_name)
        if similarity not in ("cosine", "dot"):
            raise InputError(f"{name} compares vectors by {similarity} distance", "only cosine and dot can be ranked")
        self._is_cosine = similarity == "cosine"
        self._terms: int = self._loaded.encode(["a"], "document", convert_to_sparse_tensor=True).shape[1]
        if self._terms > MOST_TERMS:
            raise InputError(f"{name} has {self._terms:,} terms", f"use a model with at most {MOST_TERMS:,}")

    @cached_property
    def identity(self) -> str:
        """A digest of the model."""
        return self._loaded.identity

    def encode(self, texts: Sequence[str], side: Side) -> list[Representation]:
        """Return the terms of texts; if the model compares by cosines, of length 1."""
        found = self._loaded.encode(list(texts), side, convert_to_sparse_tensor=True, save_to_cpu=True).coalesce()
        places, weights = found.indices().numpy(), found.values().float().numpy()
        rows = [np.stack([places[1][mine], weights[mine]], axis=1) for mine in _of_texts(places[0], len(texts))]
        return [_unit(row) if self._is_cosine else row.astype(np.float32) for row in rows]

    def score_blocks(self, queries: Sequence[Representation], documents: Sequence[Representation]) -> Iterator[Scores]:
        """Yield inner products."""
        asked, corpus = self._matrix(queries), self._matrix(documents).T.tocsr()
        rows = rows_in_block(len(documents))
        for start in range(0, len(queries), rows):
            yield (asked[start : start + rows] @ corpus).toarray().astype(np.float32)

    def _matrix(self, representations: Sequence[Representation]) -> csr_array:
        from scipy.sparse import csr_array

        starts = np.concatenate([[0], np.cumsum([len(one) for one in representations])]).astype(np.int64)
        rows = np.concatenate([np.empty((0, 2), np.float32), *representations])
        terms = rows[:, 0].astype(np.int64)
        if len(terms) and not 0 <= terms.min() <= terms.max() < self._terms:  # scipy would read beyond its arrays
            raise InputError(f"stored texts of {self.name} have terms beyond its {self._terms:,}", "give --fresh")
        return csr_array((np.ascontiguousarray(rows[:, 1]), terms, starts), (len(representations), self._terms))


def open_splade(
    name: str,
    *,
    dtype: str = "auto",
    device: str = "auto",
    max_tokens: int | None = None,
    prompts: Mapping[str, str] | None = None,
    revision: str | None = None,
) -> RepresentationRanker:
    """Return the ranker of ``splade:NAME``; parameters as of ``FamilyModel``."""
    return RepresentationRanker(
        Splade(name, dtype=dtype, device=device, max_tokens=max_tokens, prompts=prompts, revision=revision)
    )


def _of_texts(numbers: Any, texts: int) -> list[slice]:
    """Return the places of each text's terms among all, which are in the texts' order."""
    ends = np.searchsorted(numbers, np.arange(texts), side="right")
    return [slice(start, end) for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def _unit(row: Any) -> Representation:
    length = float(np.linalg.norm(row[:, 1].astype(np.float64)))
    scaled: Representation = np.stack([row[:, 0], row[:, 1] / (length or 1.0)], axis=1).astype(np.float32)
    return scaled
