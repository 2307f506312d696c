"""How similar programs are, by vectors or by words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np

from synthcode.evaluation.classification.measures.weighted_items import F64, I64
from synthcode.evaluation.encoder import LexicalScorer, Scores, Vectors
from synthcode.evaluation.score_blocks import rows_in_block

_PAIRS_AT_ONCE = 65_536


class PairSimilarities(Protocol):
    """What clone detection needs to know of programs, which are known by their places."""

    def of_pairs(self, a: I64, b: I64) -> F64:
        """Return the similarity of each pair, (pairs,)."""


class Similarities(PairSimilarities, Protocol):
    """What nearest neighbours need to know as well."""

    def blocks(self, queries: I64, documents: I64) -> Iterator[Scores]:
        """Yield the similarities of some queries after others to all documents, (some queries, documents)."""


class VectorSimilarities:
    """Cosines.

    Parameters
    ----------
    vectors
        Of the programs; a zero vector has cosine 0 with every other. (programs, width)
    """

    def __init__(self, vectors: Vectors) -> None:
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        self.unit: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
        """Of length 1, unless they are zero. (programs, width)"""

    def of_pairs(self, a: I64, b: I64) -> F64:
        """Return the cosine of each pair, (pairs,)."""
        parts = [
            np.einsum("ij,ij->i", self.unit[a[start:end]], self.unit[b[start:end]], dtype=np.float64)
            for start in range(0, len(a), _PAIRS_AT_ONCE)
            for end in [start + _PAIRS_AT_ONCE]
        ]
        return np.concatenate([np.empty(0), *parts])

    def blocks(self, queries: I64, documents: I64) -> Iterator[Scores]:
        """Yield the cosines of some queries after others, (some queries, documents)."""
        theirs = self.unit[documents].T
        rows = rows_in_block(len(documents))
        for start in range(0, len(queries), rows):
            yield self.unit[queries[start : start + rows]] @ theirs


class HeadSimilarities:
    """What a fine-tuned head says of pairs.

    Parameters
    ----------
    a, b
        The programs of each pair. (pairs,)
    scores
        Higher means more likely clones. (pairs,)
    """

    def __init__(self, a: I64, b: I64, scores: F64) -> None:
        self._keys, first = np.unique(_keys(a, b), return_index=True)
        self._scores = scores[first]

    def of_pairs(self, a: I64, b: I64) -> F64:
        """Return the score of each pair, (pairs,); the head must have been asked about all of them."""
        keys = _keys(a, b)
        places = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        assert np.array_equal(self._keys[places], keys)
        return self._scores[places]


def _keys(a: I64, b: I64) -> I64:
    return a << 32 | b


class WordSimilarities:
    """Scores of a scorer without vectors.

    Parameters
    ----------
    scorer
        Scores documents after a query.
    texts
        The programs.
    """

    def __init__(self, scorer: LexicalScorer, texts: Sequence[str]) -> None:
        self._scorer, self._texts = scorer, texts

    def of_pairs(self, a: I64, b: I64) -> F64:
        """Return the mean of both directions' scores, each as a share of what the query scores on itself, (pairs,)."""
        return (self._shares(a, b) + self._shares(b, a)) / 2

    def blocks(self, queries: I64, documents: I64) -> Iterator[Scores]:
        """Yield the scores of some queries after others, (some queries, documents)."""
        asked, found = ([self._texts[place] for place in places] for places in (queries, documents))
        yield from self._scorer.score_blocks(asked, found)

    def _shares(self, a: I64, b: I64) -> F64:
        """Return each pair's score, with ``a`` as the query, divided by the score of ``a`` on itself."""
        used = np.unique(np.concatenate([a, b]))
        asked, of_pair = np.unique(a, return_inverse=True)
        order = np.argsort(of_pair, kind="stable")
        shares, first = np.zeros(len(a)), 0
        for block in self.blocks(asked, used):
            rows = slice(*np.searchsorted(of_pair[order], [first, first + len(block)]))
            pairs = order[rows]
            row = of_pair[pairs] - first
            score, itself = (block[row, np.searchsorted(used, places[pairs])].astype(np.float64) for places in (b, a))
            shares[pairs] = np.divide(score, itself, out=np.zeros(len(pairs)), where=itself > 0)
            first += len(block)
        return shares
