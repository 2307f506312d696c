from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
import pytest

from synthcode.dedup.clustering.exhaustive import all_similarities
from synthcode.dedup.clustering.similarity import Similarity, runs_of
from synthcode.dedup.documents import Documents, read_programs
from synthcode.dedup.minhash.sketches import SketchConfig
from synthcode.schemas.tables import PROGRAMS
from synthcode.storage.large_tables.spill import SpillStore

TEXTS = ["abcdef", "abcdeg", "abcdefg", "zzzzzzz", "abc", "", "a" * 30, "ééééé", "ééééés"]


def documents(texts: list[str]) -> Documents:
    ids = [str(place) for place in range(len(texts))]
    table = pa.table([ids, ids, ["c"] * len(ids), ["seed"] * len(ids), texts], schema=PROGRAMS)
    return read_programs([table], SketchConfig(5, 256, 0.7, 0), SpillStore(), map)[1]


def places(*pairs: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([left for left, _ in pairs]), np.array([right for _, right in pairs])


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (0, 0, 1.0),  # {abcde, bcdef}
        (0, 1, 1 / 3),  # {abcde, bcdef}, {abcde, bcdeg}
        (0, 2, 2 / 3),  # {abcde, bcdef}, {abcde, bcdef, cdefg}
        (1, 2, 1 / 4),
        (0, 3, 0.0),
        (6, 3, 0.0),
        (4, 5, 0.0),  # no shingle at all
        (0, 4, 0.0),
        (7, 8, 1 / 2),  # {ééééé}, {ééééé, éééés}
    ],
)
def test_similarity_is_that_of_the_sets_of_5_characters(left: int, right: int, expected: float) -> None:
    similarity = Similarity(documents(TEXTS), 5, 0.7)
    assert similarity.jaccard(np.array([left, right]), np.array([right, left])).tolist() == [expected, expected]


def test_many_pairs_are_compared_as_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("synthcode.dedup.clustering.similarity.PAIRS_AT_ONCE", 4)
    similarity = Similarity(documents(TEXTS), 5, 0.7)
    left, right = np.divmod(np.arange(len(TEXTS) ** 2), len(TEXTS))
    expected = all_similarities(pa.array(TEXTS, pa.large_string()), 5)
    assert similarity.jaccard(left, right).reshape(expected.shape).tolist() == expected.tolist()


def test_all_similarities_are_those_of_python_sets() -> None:
    sets = [{text[i : i + 5] for i in range(len(text) - 4)} for text in TEXTS]
    expected = [[len(one & other) / max(len(one | other), 1) for other in sets] for one in sets]
    assert all_similarities(pa.array(TEXTS, pa.large_string()), 5).tolist() == expected


@pytest.mark.parametrize(("threshold", "alike"), [(0.5, True), (0.6666, True), (2 / 3, True), (0.6667, False)])
def test_the_threshold_itself_is_alike(threshold: float, alike: bool) -> None:
    similarity = Similarity(documents(TEXTS), 5, threshold)
    assert similarity.alike(*places((0, 2))).tolist() == [alike]


def test_a_pair_that_is_not_alike_is_compared_once() -> None:
    similarity = Similarity(documents(TEXTS), 5, 0.7)
    assert similarity.alike(*places((0, 2), (0, 3))).tolist() == [False, False]
    assert similarity.compared == 1  # the signatures of the second pair have nothing in common
    assert similarity.alike(*places((2, 0), (0, 2), (1, 1))).tolist() == [False, False, True]
    assert similarity.compared == 2


def test_a_pair_without_shingles_between_equal_neighbours_has_nothing_in_common() -> None:
    similarity = Similarity(documents(TEXTS), 5, 0.7)
    assert similarity.jaccard(*places((3, 5), (4, 4), (3, 3))).tolist() == [0.0, 0.0, 1.0]


def test_no_pairs_are_no_trouble() -> None:
    similarity = Similarity(documents(TEXTS), 5, 0.7)
    nothing = np.array([], dtype=np.int64)
    assert similarity.alike(nothing, nothing).tolist() == []
    assert similarity.jaccard(nothing, nothing).tolist() == []


def test_a_pair_that_is_not_alike_is_compared_once_in_however_many_calls_pairs_come() -> None:
    base = hashlib.sha256().hexdigest()[:44]  # 40 sets of 5 characters that all share, and 10 of its own for each
    many = documents([base + hashlib.md5(bytes([place])).hexdigest()[:10] for place in range(40)])
    similarity, draw = Similarity(many, 5, 0.7), np.random.default_rng(0)
    left, right = np.triu_indices(40, 1)
    seen: set[int] = set()
    for size in (1, 5, 2, 2, 0, 40, 1, 3, 200, 300):
        pairs = draw.choice(left.size, size, replace=False)
        assert not similarity.alike(left[pairs], right[pairs]).any()
        seen.update(pairs.tolist())
        assert similarity.compared == len(seen)


def test_runs_have_a_bound_of_items_and_one_of_bytes() -> None:
    sizes = np.array([1, 1, 1, 1, 9, 50, 2, 0, 3])
    cut = [sizes[run].tolist() for run in runs_of(sizes, 3, 10)]
    assert cut == [[1, 1, 1], [1, 9], [50], [2, 0, 3]]
    assert list(runs_of(sizes[:0], 3, 10)) == []
