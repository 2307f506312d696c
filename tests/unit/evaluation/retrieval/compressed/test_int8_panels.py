"""Ranks that are counted while bytes are multiplied, against numpy's 64-bit products."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthcode.evaluation.retrieval.benchmark import Judgements, Ranks
from synthcode.evaluation.retrieval.compressed import int8, int8_panels
from synthcode.evaluation.retrieval.compressed.int8 import Int8Index
from synthcode.evaluation.retrieval.compressed.int8_panels import MOST_ANSWERS, Panels, panels_are_faster
from synthcode.evaluation.retrieval.compressed.int8_products import I8, padded


def expected_ranks(queries: I8, documents: I8, judged: Judgements) -> list[int]:
    """Sort by score, then by place."""
    found = []
    for query, row in enumerate(queries.astype(np.int64) @ documents.astype(np.int64).T):
        order = np.argsort(-row, kind="stable").tolist()
        found += [
            order.index(place) + 1 for place in judged.answers[judged.starts[query] : judged.starts[query + 1]].tolist()
        ]
    return found


def judgements(random: np.random.Generator, queries: int, documents: int) -> Judgements:
    counts = random.integers(1, min(documents, 4) + 1, queries)
    answers = [np.sort(random.permutation(documents)[:count]) for count in counts]
    return Judgements(np.arange(queries), np.concatenate([[0], np.cumsum(counts)]), np.concatenate(answers))


@given(st.integers(1, 40), st.integers(1, 70), st.integers(1, 14), st.sampled_from([1, 3, 128]), st.integers(0, 9))
def test_ranks_are_those_of_numpy(width: int, documents: int, queries: int, largest: int, random_seed: int) -> None:
    random = np.random.default_rng(random_seed)
    codes, asked = (
        padded(random.integers(-largest, largest, (count, width)).astype(np.int8)) for count in (documents, queries)
    )  # of small numbers many scores are equal
    judged = judgements(random, queries, documents)
    assert Panels(codes).ranks(asked, judged).tolist() == expected_ranks(asked, codes, judged)


@pytest.mark.parametrize("sign", [127, -127])
def test_the_largest_sums_are_exact(sign: int) -> None:
    codes = np.full((17, 4096), -128, dtype=np.int8)
    codes[5:, 0] = -127
    asked = np.full((1, 4096), sign, dtype=np.int8)
    judged = Judgements(np.array([0]), np.array([0, 2]), np.array([4, 16]))
    assert Panels(codes).ranks(asked, judged).tolist() == expected_ranks(asked, codes, judged)


@pytest.mark.parametrize("place", [0, 15, 16, 31, 32, 33])
def test_equal_scores_rank_by_place_within_a_panel_and_beyond(place: int) -> None:
    codes, asked = np.zeros((34, 4), dtype=np.int8), np.ones((1, 4), dtype=np.int8)
    judged = Judgements(np.array([0]), np.array([0, 1]), np.array([place]))
    assert Panels(codes).ranks(asked, judged).tolist() == [place + 1]


@pytest.mark.parametrize("answers", [1, MOST_ANSWERS, MOST_ANSWERS + 1])
@pytest.mark.parametrize("are_faster", [True, False])
def test_an_index_ranks_the_same_in_every_way(answers: int, are_faster: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(int8, "panels_are_faster", lambda: are_faster)
    calls: list[int] = []
    counted = Panels.ranks

    def noted(panels: Panels, queries: I8, judged: Judgements) -> Ranks:
        calls.append(len(queries))
        return counted(panels, queries, judged)

    monkeypatch.setattr(Panels, "ranks", noted)
    vectors = np.random.default_rng(3).standard_normal((50, 13), dtype=np.float32)
    judged = Judgements(np.arange(2), np.array([0, answers, answers + 1]), np.array([*range(answers), 49]))
    index = Int8Index(vectors)
    asked = index.encode_queries(vectors[:2])
    assert index.ranks(asked, judged).tolist() == expected_ranks(asked, index.codes, judged)
    assert bool(calls) == (are_faster and answers <= MOST_ANSWERS)


@pytest.mark.parametrize("are_faster", [True, False])
def test_panels_are_used_only_where_they_are_faster(are_faster: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = [1.0, 2.0] if are_faster else [2.0, 1.0]
    monkeypatch.setattr(int8_panels, "least_seconds", lambda *_works: seconds)
    panels_are_faster.cache_clear()
    try:
        assert panels_are_faster() is are_faster
    finally:
        panels_are_faster.cache_clear()
