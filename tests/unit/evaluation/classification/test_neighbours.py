"""Nearest neighbours equal scikit-learn's; MAP@R is computed within the programs, never with the query itself."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from synthcode.evaluation import score_blocks
from synthcode.evaluation.classification.neighbours import NEIGHBOURS, chosen_k, map_at_r, nearest, vote
from synthcode.evaluation.classification.similarity import VectorSimilarities


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(score_blocks, "MOST_QUERIES", 7)


def test_map_at_r_by_hand() -> None:
    # Angles on a circle: the nearest of each are its neighbours.
    angles = np.radians([0, 10, 25, 90, 100, 115, 300])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    problems = np.array([0, 0, 1, 1, 1, 0, 2])
    queries, precisions, nearest_problem = map_at_r(VectorSimilarities(3 * vectors), np.arange(7), problems)
    assert queries.tolist() == [0, 1, 2, 3, 4, 5]
    # 0: 10, 25 -> right, wrong. 10: 0, 25. 25: 10, 0. 90: 100, 115. 100: 90, 115. 115: 100, 90.
    assert precisions.tolist() == [0.5, 0.5, 0, 0.5, 0.5, 0]
    assert nearest_problem.tolist() == [0, 0, 0, 1, 1, 1]


def test_map_at_r_agrees_with_the_published_formula() -> None:
    generator = np.random.default_rng(3)
    vectors, problems = generator.normal(size=(60, 8)).astype(np.float32), generator.integers(0, 5, 60)
    vectors += problems[:, None]
    queries, precisions, _ = map_at_r(VectorSimilarities(vectors), np.arange(60), problems)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = unit @ unit.T
    expected = []
    for query in queries:
        others = [other for other in np.argsort(-cosines[query], kind="stable") if other != query]
        number = int((problems == problems[query]).sum()) - 1
        hits: list[float] = []
        for rank, other in enumerate(others[:number]):
            if problems[other] == problems[query]:
                hits.append((len(hits) + 1) / (rank + 1))
        expected.append(sum(hits) / number)
    assert precisions == pytest.approx(expected, abs=1e-9)


def test_votes_are_scikit_learn_s() -> None:
    generator = np.random.default_rng(1)
    vectors, labels = generator.normal(size=(80, 6)).astype(np.float32), generator.integers(0, 3, 80)
    vectors[:, 0] += labels
    similarities = VectorSimilarities(vectors)
    train, validation, test = np.arange(40), np.arange(40, 60), np.arange(60, 80)
    near = {
        name: labels[train][nearest(similarities, places, train)]
        for name, places in (("validation", validation), ("test", test))
    }
    right = {}
    for k in NEIGHBOURS:
        model = KNeighborsClassifier(k, metric="cosine", algorithm="brute").fit(vectors[train], labels[train])
        assert vote(near["test"], k).tolist() == model.predict(vectors[test]).tolist()
        right[k] = model.score(vectors[validation], labels[validation])
    assert right[chosen_k(near["validation"], labels[validation])] == max(right.values())
