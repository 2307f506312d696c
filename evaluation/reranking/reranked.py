"""Rankings in which the first documents of another ranking are put in the order of a reranker's scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from synthcode.evaluation.reranking.pair_scorer import Pair, PairScorer, Scored
from synthcode.evaluation.reranking.pair_store import PairStore, pair_key
from synthcode.evaluation.reranking.score_checks import check_scores, finite
from synthcode.evaluation.retrieval.benchmark import I64, Benchmark, Cell
from synthcode.evaluation.retrieval.rankings import F64, AnyScores, Rankings, order_of
from synthcode.vocabulary import Variant


class Candidates(NamedTuple):
    """The documents of a block of queries that are scored again."""

    order: I64
    """All documents of each query, as the first stage ranks them. (queries, documents)"""
    pairs: Sequence[Pair]
    """Each query with its first documents; those of one query stand together."""
    keys: Sequence[bytes]
    """Of the pairs."""

    @property
    def depth(self) -> int:
        """Documents of each query that are scored again."""
        return len(self.pairs) // max(1, len(self.order))


class Reranked:
    """The first stage's rankings with their first documents in a new order; the others stay below them.

    Parameters
    ----------
    benchmark
        What is ranked.
    first
        Its rankings.
    store
        Holds the score of every pair, once ``score_missing`` has scored them.
    top
        How many documents of each query get a new order.
    """

    zero_is_unmatched = False

    def __init__(self, benchmark: Benchmark, first: Rankings, store: PairStore, top: int) -> None:
        self._benchmark, self._first, self._store, self._top = benchmark, first, store, top

    def blocks(self, cell: Cell, variant: Variant) -> Iterator[AnyScores]:
        """Yield minus the new ranks: they are the scores of the whole order."""
        for candidates in self.candidates(cell, variant):
            scores = self._store.scores(candidates.keys)
            new = np.array([scores[key] for key in candidates.keys]).reshape(len(candidates.order), candidates.depth)
            yield _minus_ranks(candidates.order, new)

    def candidates(self, cell: Cell, variant: Variant) -> Iterator[Candidates]:
        """Yield the documents to score, a block of queries after the other."""
        asked, found = (self._benchmark.texts[language] for language in (cell.query_language, cell.corpus_language))
        places = self._benchmark.cells[cell].queries
        queries, documents = asked.columns[variant], found.columns[variant]
        start = 0
        for block in self._first.blocks(cell, variant):
            order = order_of(block)
            pairs = [
                Pair(queries[place], documents[document])
                for place, row in zip(places[start : start + len(order)], order, strict=True)
                for document in row[: self._top]
            ]
            yield Candidates(order, pairs, [pair_key(pair) for pair in pairs])
            start += len(order)


def score_missing(
    scorer: PairScorer, store: PairStore, candidates: Candidates, advance: Callable[[int], None]
) -> list[bytes]:
    """Score the pairs that have no score yet, each once; return their keys.

    Parameters
    ----------
    scorer
        The reranker.
    store
        Where scores are stored as they come.
    candidates
        The pairs.
    advance
        Called with the number of pairs that are done.

    Raises
    ------
    SynthcodeError
        If a pair cannot be scored; what came before it is stored.
    """
    known = store.scores(candidates.keys)
    missing = {key: pair for key, pair in zip(candidates.keys, candidates.pairs, strict=True) if key not in known}
    advance(len(candidates.keys) - len(missing))
    keys, pairs = list(missing), list(missing.values())

    def keep(scored: Scored) -> None:
        good = finite(scored)
        store.add([keys[place] for place in good.places], good)
        check_scores(scorer.name, pairs, scored)
        advance(len(scored.scores))

    scorer.score(pairs, keep)
    return keys


def _minus_ranks(order: I64, new: F64) -> F64:
    """Return minus the rank of every document: candidates by their new scores, then the others as they were.

    Parameters
    ----------
    order
        (queries, documents).
    new
        Scores of the first documents of the order, (queries, depth).
    """
    depth = new.shape[1]
    candidates = order[:, :depth]
    # Of equal scores the document that stands before, with the larger id, ranks before.
    by_score = np.lexsort((candidates, -new), axis=1)
    ranked = np.concatenate([np.take_along_axis(candidates, by_score, axis=1), order[:, depth:]], axis=1)
    scores = np.empty(order.shape, dtype=np.float64)
    np.put_along_axis(scores, ranked, np.broadcast_to(-np.arange(order.shape[1], dtype=np.float64), order.shape), 1)
    return scores
