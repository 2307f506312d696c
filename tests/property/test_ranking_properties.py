"""Ranks and measures against trec_eval's own code, on runs full of equal scores."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from synthcode.evaluation.retrieval.benchmark import Judgements
from synthcode.evaluation.retrieval.measures import MEASURES, QueryRanks
from synthcode.evaluation.retrieval.search.ranking import ranks, vector_ranks

TREC = {"MRR@10": "recip_rank", "nDCG@10": "ndcg_cut_10", "R@1": "recall_1", "R@5": "recall_5", "R@10": "recall_10"}
TREC |= {"MAP": "map"}


@st.composite
def runs(draw: st.DrawFn) -> tuple[np.ndarray, Judgements, list[str]]:
    """Scores of few values, judgements with one or many relevant documents, ids of documents in descending order."""
    queries, documents = draw(st.integers(1, 6)), draw(st.integers(1, 40))
    values = draw(st.lists(st.integers(0, 4), min_size=queries * documents, max_size=queries * documents))
    scores = np.array(values, dtype=np.float32).reshape(queries, documents) / np.float32(3)
    relevant = [
        sorted(draw(st.sets(st.integers(0, documents - 1), min_size=1, max_size=documents))) for _ in range(queries)
    ]
    names = draw(st.lists(st.text("ab1", min_size=1), min_size=documents, max_size=documents, unique=True))
    starts = np.cumsum([0, *map(len, relevant)])
    judged = Judgements(np.arange(queries), starts, np.array([place for row in relevant for place in row]))
    return scores, judged, sorted(names, reverse=True)


def in_blocks(scores: np.ndarray, size: int) -> Iterator[np.ndarray]:
    for start in range(0, len(scores), size):
        yield scores[start : start + size]


def ordered(found: np.ndarray, judged: Judgements) -> QueryRanks:
    rows = [np.sort(found[a:b]) for a, b in zip(judged.starts[:-1], judged.starts[1:], strict=True)]
    return QueryRanks(judged.starts, np.concatenate(rows))


@given(runs(), st.integers(1, 7))
def test_measures_are_those_of_trec_eval(run: tuple[np.ndarray, Judgements, list[str]], block: int) -> None:
    scores, judged, names = run
    found = ordered(ranks(in_blocks(scores, block), judged), judged)
    qrels = {
        str(query): {names[place]: 1 for place in judged.answers[judged.starts[query] : judged.starts[query + 1]]}
        for query in judged.queries
    }
    listed = {str(query): dict(zip(names, map(float, row), strict=True)) for query, row in enumerate(scores)}
    theirs = pytrec_eval.RelevanceEvaluator(qrels, {"recip_rank", "ndcg_cut.10", "recall.1,5,10", "map"}).evaluate(
        listed
    )
    for name, measure in MEASURES.items():
        expected = [theirs[str(query)][TREC[name]] for query in judged.queries]
        if name == "MRR@10":  # trec_eval has no cutoff for it
            expected = [value if value >= 0.1 - 1e-12 else 0.0 for value in expected]
        np.testing.assert_allclose(measure(found), expected, atol=1e-9)


@pytest.mark.slow
@given(runs())
def test_ranks_of_vectors_are_those_of_their_products(run: tuple[np.ndarray, Judgements, list[str]]) -> None:
    scores, judged, _ = run
    queries = np.eye(len(scores), dtype=np.float32)
    documents = np.ascontiguousarray(scores.T)  # the product of the two is the scores, exactly
    expected = ranks(iter([scores]), judged)
    np.testing.assert_array_equal(vector_ranks(queries, documents, judged), expected)


@pytest.mark.slow
@given(runs())
def test_torch_ranks_as_numpy_does(run: tuple[np.ndarray, Judgements, list[str]]) -> None:
    from synthcode.evaluation.retrieval.search.torch_search import torch_ranks

    scores, judged, _ = run
    found = torch_ranks(np.eye(len(scores), dtype=np.float32), np.ascontiguousarray(scores.T), judged, "cpu")
    np.testing.assert_array_equal(found, ranks(iter([scores]), judged))
