from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from synthcode.evaluation.encoder import Encoded, Role
from synthcode.evaluation.encoders.bm25 import Bm25
from synthcode.evaluation.model_probe import (
    PROBE_NAME,
    PROBE_TEXTS,
    agree,
    drop_vectors,
    find_store,
    probe_model,
    probe_scorer,
)
from synthcode.storage.shards import read_file, write_table
from tests.support.models.encoders import HashingEncoder


class Changing(HashingEncoder):
    """A model that is turned by an angle, and made longer, by the same name."""

    def __init__(self, cosine: float = 1.0, length: float = 1.0, exits: tuple[int, ...] = (0,)) -> None:
        super().__init__(exits)
        self._cosine, self._length = cosine, length

    def encode(self, texts: Sequence[str], role: Role) -> Encoded:
        given = super().encode(texts, role)
        return Encoded({exit_: self._changed(rows) for exit_, rows in given.vectors.items()}, *given_counts(given))

    def _changed(self, rows: np.ndarray) -> np.ndarray:
        others = np.random.default_rng(0).normal(size=rows.shape)
        others -= (others * rows).sum(1, keepdims=True) * rows
        others /= np.linalg.norm(others, axis=1, keepdims=True)
        turned = self._cosine * rows + np.sqrt(1 - self._cosine**2) * others
        return (self._length * turned).astype(np.float32)


def given_counts(given: Encoded) -> tuple[np.ndarray, np.ndarray]:
    return given.tokens, given.truncated


def test_noise_is_no_change_and_a_turn_is() -> None:
    known = probe_model(Changing())
    assert agree(known, probe_model(Changing(0.99995)))
    assert not agree(known, probe_model(Changing(0.9998)))
    # Where products rank, a longer vector is another one.
    assert not agree(known, probe_model(Changing(length=1.1)))


def test_every_model_by_one_name_has_a_store_of_its_own(tmp_path: Path) -> None:
    first = find_store(tmp_path, Changing())
    assert (first.identity, first.is_new, first.is_unproven) == (Changing().identity, False, False)
    second = find_store(tmp_path, Changing(0.5))
    assert (second.identity, second.is_new) == (f"{first.identity}-2", True)
    assert find_store(tmp_path, Changing(0.5))[::2] == (second.identity, False)
    assert find_store(tmp_path, Changing()).identity == first.identity


def test_exits_are_added_to_what_is_known(tmp_path: Path) -> None:
    one = find_store(tmp_path, Changing(exits=(1,)))
    assert find_store(tmp_path, Changing(exits=(1, 2))).identity == one.identity
    assert find_store(tmp_path, Changing(0.5, exits=(2,))).identity != one.identity


def test_vectors_without_a_probe_are_unproven(tmp_path: Path) -> None:
    part = tmp_path / Changing().identity / "part-000000.parquet"
    part.parent.mkdir()
    part.touch()
    assert find_store(tmp_path, Changing()).is_unproven
    assert not find_store(tmp_path, Changing()).is_unproven
    drop_vectors(part.parent)
    assert not part.exists()


def test_probe_texts_are_short() -> None:
    assert max(map(len, PROBE_TEXTS)) < 40


class ChangingQueries(Changing):
    """A model of which only the queries' side changes."""

    def __init__(self, cosine: float = 1.0) -> None:
        super().__init__(cosine)
        self.sees = frozenset({"side"})

    def encode(self, texts: Sequence[str], role: Role) -> Encoded:
        return super().encode(texts, role) if role.side == "query" else HashingEncoder.encode(self, texts, role)


def test_a_change_on_the_side_of_queries_is_noticed(tmp_path: Path) -> None:
    assert len(probe_model(ChangingQueries())[0]) == 2 * len(PROBE_TEXTS)
    first = find_store(tmp_path, ChangingQueries())
    assert find_store(tmp_path, ChangingQueries()).identity == first.identity
    assert find_store(tmp_path, ChangingQueries(0.9)).identity == f"{first.identity}-2"


def test_a_probe_of_an_earlier_version_is_completed(tmp_path: Path) -> None:
    first = find_store(tmp_path, ChangingQueries())
    path = tmp_path / first.identity / PROBE_NAME
    write_table(path, read_file(path, fix="").slice(0, len(PROBE_TEXTS)))
    assert find_store(tmp_path, ChangingQueries()).identity == first.identity
    assert find_store(tmp_path, ChangingQueries(0.9)).identity == f"{first.identity}-2"


class Lengths:
    """A scorer that compares lengths."""

    name, identity = "lengths", "the same"

    def __init__(self, weight: float = 1.0) -> None:
        self._weight = weight

    def score_blocks(self, queries: Sequence[str], documents: Sequence[str]) -> Iterator[np.ndarray]:
        lengths = np.array([len(document) for document in documents], np.float32)
        yield np.array([-self._weight * abs(lengths - len(query)) for query in queries], np.float32)


def test_scorers_without_vectors_are_probed_by_their_scores() -> None:
    assert probe_scorer(Lengths()) == probe_scorer(Lengths())
    assert probe_scorer(Lengths()) != probe_scorer(Lengths(2.0))
    assert probe_scorer(Bm25()) == probe_scorer(Bm25())
