"""Rankings of a benchmark's cells as blocks of scores: of vectors, of words, and whatever combines them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Protocol

import numpy as np
import numpy.typing as npt

from synthcode.evaluation.embedding_store import EmbeddingStore
from synthcode.evaluation.encoder import LexicalScorer, Scores
from synthcode.evaluation.retrieval.benchmark import I64, Benchmark, Cell
from synthcode.evaluation.retrieval.scoring import Inputs, VectorCache
from synthcode.evaluation.retrieval.search.ranking import vector_scores
from synthcode.evaluation.score_blocks import rows_in_block
from synthcode.vocabulary import Variant

F64 = npt.NDArray[np.float64]
AnyScores = npt.NDArray[np.floating]
"""(queries, documents)."""


class Rankings(Protocol):
    """Scores of every document for every query of a benchmark."""

    @property
    def zero_is_unmatched(self) -> bool:
        """Whether a score of zero says that query and document have nothing in common: it is then not retrieved."""

    def blocks(self, cell: Cell, variant: Variant) -> Iterator[AnyScores]:
        """Yield the scores of some queries of a cell after others, (some queries, documents).

        Queries come in the order of the cell's judgements, documents in descending order of their ids, so that of
        equal scores the one that stands before ranks before. A block may be overwritten once the next is requested.
        """


class VectorRankings:
    """Rankings by the inner products of stored vectors, at one exit.

    Parameters
    ----------
    benchmark
        What is ranked.
    inputs
        The encoder's inputs of that benchmark.
    store
        Holds all of their vectors.
    exit_
        Of the encoder.
    """

    zero_is_unmatched = False

    def __init__(self, benchmark: Benchmark, inputs: Inputs, store: EmbeddingStore, exit_: int) -> None:
        self._benchmark, self._inputs, self._store, self._exit = benchmark, inputs, store, exit_
        self._cached: tuple[Variant, VectorCache] | None = None

    def blocks(self, cell: Cell, variant: Variant) -> Iterator[Scores]:
        """Yield inner products."""
        vectors = self._vectors(variant)
        judged = self._benchmark.cells[cell]
        queries = vectors.of(cell.query_language, "query", judged.queries)
        return vector_scores(queries, vectors.of(cell.corpus_language, "document"))

    def _vectors(self, variant: Variant) -> VectorCache:
        if self._cached is None or self._cached[0] != variant:
            self._cached = variant, VectorCache(self._inputs, self._store, variant, self._exit)
        return self._cached[1]


class WordRankings:
    """Rankings by a scorer that has no vectors: what shares no word with a query has a score of zero."""

    zero_is_unmatched = True

    def __init__(self, benchmark: Benchmark, scorer: LexicalScorer) -> None:
        self._benchmark, self._scorer = benchmark, scorer

    def blocks(self, cell: Cell, variant: Variant) -> Iterator[Scores]:
        """Yield the scorer's own scores."""
        asked, found = (self._benchmark.texts[language] for language in (cell.query_language, cell.corpus_language))
        queries = [asked.columns[variant][place] for place in self._benchmark.cells[cell].queries]
        return self._scorer.score_blocks(queries, found.columns[variant])


def aligned_blocks(
    parts: Sequence[Rankings], benchmark: Benchmark, cell: Cell, variant: Variant
) -> Iterator[list[AnyScores]]:
    """Yield the scores of several rankings for the same queries, whatever blocks each of them comes in."""
    size = rows_in_block(len(benchmark.texts[cell.corpus_language].ids))
    rows = [chain.from_iterable(part.blocks(cell, variant)) for part in parts]
    for start in range(0, len(benchmark.cells[cell].queries), size):
        queries = min(size, len(benchmark.cells[cell].queries) - start)
        yield [np.array(list(islice(of_part, queries))) for of_part in rows]


def order_of(scores: AnyScores) -> I64:
    """Return the documents of each query, the best first; of equal scores the one that stands before comes first.

    Parameters
    ----------
    scores
        (queries, documents).
    """
    order: I64 = np.argsort(-scores, axis=1, kind="stable")
    return order
