from __future__ import annotations

import numpy as np
import pytest

from synthcode.errors import InputError
from synthcode.evaluation.retrieval.benchmark import Judgements
from synthcode.evaluation.retrieval.search import torch_search
from synthcode.evaluation.retrieval.search.equal_vectors import distinct
from synthcode.evaluation.retrieval.search.ranking import vector_ranks
from synthcode.evaluation.score_blocks import rows_in_block


def judgements(*answers: list[int]) -> Judgements:
    return Judgements(
        np.arange(len(answers)),
        np.cumsum([0, *map(len, answers)]),
        np.array([place for row in answers for place in row]),
    )


def test_ranks_by_hand() -> None:
    documents = np.array([[1, 0], [0.6, 0.8], [0, 1], [-1, 0]], np.float32)
    queries = np.array([[1, 0], [0, 1]], np.float32)
    # To the first query the scores are 1, .6, 0, -1; to the second 0, .8, 1, 0: of the equal ones the earlier is first.
    judged = judgements([1], [0, 2, 3])
    assert vector_ranks(queries, documents, judged).tolist() == [2, 3, 1, 4]


def test_equal_vectors_are_equal_wherever_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    base = random.standard_normal((37, 19), dtype=np.float32)
    documents = base[random.integers(0, 37, 501)]  # every vector about fourteen times
    queries = random.standard_normal((64, 19), dtype=np.float32)
    answers = random.integers(0, 501, 64)
    judged = Judgements(np.arange(64), np.arange(65), answers)
    found = vector_ranks(queries, documents, judged)
    same = (documents == documents[answers][:, None]).all(-1)
    different, places = distinct(documents)
    assert len(different) == 37
    assert places is not None
    assert np.array_equal(different[places], documents)
    scores = (queries.astype(np.float64) @ different.astype(np.float64).T)[:, places]
    for query, answer in enumerate(answers):
        own = scores[query, answer]
        better = (scores[query] > own) & ~same[query]
        assert found[query] == better.sum() + same[query][:answer].sum() + 1
    monkeypatch.setattr(torch_search, "BLOCK_SCORES", 501 * 5)
    np.testing.assert_array_equal(torch_search.torch_ranks(queries, documents, judged, "cpu"), found)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(1)
    queries, documents = (random.standard_normal((90, 8), dtype=np.float32) for _ in range(2))
    judged = Judgements(np.arange(90), np.arange(91), random.permutation(90))
    whole = vector_ranks(queries, documents, judged)
    monkeypatch.setattr("synthcode.evaluation.score_blocks.BLOCK_BYTES", 4 * 90 * 7)
    assert rows_in_block(90) == 7
    np.testing.assert_array_equal(vector_ranks(queries, documents, judged), whole)


def test_many_relevant_documents_are_counted_like_few() -> None:
    from synthcode.evaluation.retrieval.search import rank_kernels

    random = np.random.default_rng(2)
    row = random.integers(0, 9, 200).astype(np.float32)
    answers = np.sort(random.choice(200, 50, replace=False))
    few, many = np.empty(50, np.int32), np.empty(50, np.int32)
    rank_kernels._count_each(row, answers, few)
    rank_kernels._count_all(row, answers, many)
    np.testing.assert_array_equal(few, many)


def test_minus_zero_is_zero() -> None:
    assert distinct(np.array([[0.0, 1.0], [-0.0, 1.0]], np.float32))[1].tolist() == [0, 0]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("documents", "problem"),
    [
        (np.zeros((2, 3)), r"vectors of float64 and shape \(2, 3\) cannot be ranked"),
        (np.zeros((2, 4), np.float32), r"shape \(1, 3\) cannot be ranked"),
        (np.array([[0, 0, 0], [0, np.nan, 0]], np.float32), "the vector in row 1 is not finite"),
    ],
)
def test_what_cannot_be_ranked_is_refused(documents: np.ndarray, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        vector_ranks(np.zeros((1, 3), np.float32), documents, judgements([0]))
