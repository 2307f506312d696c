from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from synthcode.errors import InputError
from synthcode.evaluation.embedding_store import EmbeddingStore, Tally, text_keys
from synthcode.evaluation.encoder import Encoded, Role
from tests.support.models.encoders import HashingEncoder
from tests.support.runs.damage import flip_bit

ROLE = Role("", "", "")


def fill(store: EmbeddingStore, texts: list[str], exits: tuple[int, ...]) -> None:
    store.add(text_keys(texts, ROLE), HashingEncoder(exits).encode(texts, ROLE), seconds=1.0)


def test_what_is_stored_comes_back_in_any_order(tmp_path: Path) -> None:
    encoder = HashingEncoder((1, 2))
    store = EmbeddingStore(tmp_path, encoder)
    texts = [f"word{number} other{number % 3}" for number in range(20)]
    for start in range(0, 20, 7):
        fill(store, texts[start : start + 7], (1, 2))
    asked = texts[::-1] + texts[3:5]
    expected = encoder.encode(asked, ROLE).vectors
    for opened in (store, EmbeddingStore(tmp_path, encoder)):
        for exit_ in (1, 2):
            np.testing.assert_array_equal(opened.vectors(text_keys(asked, ROLE), exit_), expected[exit_])


def test_what_is_missing_is_named_once(tmp_path: Path) -> None:
    store = EmbeddingStore(tmp_path, HashingEncoder())
    fill(store, ["a", "b"], (1,))
    keys = text_keys(["c", "a", "c", "d", "b"], ROLE)
    assert store.missing(keys, (1,)).tolist() == [0, 3]
    assert store.missing(keys, (1, 2)).tolist() == [0, 1, 3, 4]
    assert store.missing(keys.slice(0, 0), (1,)).tolist() == []


def test_another_exit_is_added_to_what_is_there(tmp_path: Path) -> None:
    store = EmbeddingStore(tmp_path, HashingEncoder())
    fill(store, ["a b", "b c"], (1,))
    fill(store, ["b c", "d e"], (2,))
    assert store.missing(text_keys(["a b", "b c", "d e"], ROLE), (1, 2)).tolist() == [0, 2]
    assert store.tally(text_keys(["a b", "b c"], ROLE)) == Tally(texts=2, tokens=4, truncated=0, seconds=1.5)


def test_a_role_that_is_seen_makes_another_text(tmp_path: Path) -> None:
    query, document = (text_keys(["same"], Role(side, "", "")) for side in ("query", "document"))  # type: ignore[arg-type]
    assert query != document
    assert len(text_keys(["same", "same", "\ud800"], ROLE).unique()) == 2


def test_the_tally_counts_each_text_once(tmp_path: Path) -> None:
    store = EmbeddingStore(tmp_path, HashingEncoder())
    fill(store, ["x " * 50, "y"], (1,))
    keys = text_keys(["x " * 50, "y", "y"], ROLE)
    assert store.tally(keys) == Tally(texts=2, tokens=51, truncated=1, seconds=1.0)
    assert store.tally(keys.slice(0, 0)) == Tally(0, 0, 0, 0.0)


def test_a_vector_that_is_not_finite_is_refused(tmp_path: Path) -> None:
    store = EmbeddingStore(tmp_path, HashingEncoder())
    bad = Encoded({4: np.array([[np.nan]], np.float32)}, np.zeros(1, np.int32), np.zeros(1, bool))
    with pytest.raises(InputError, match="exit 4 gave a vector that is not finite"):
        store.add(text_keys(["a"], ROLE), bad, 0.1)
    assert not list(tmp_path.rglob("*.parquet"))


@pytest.mark.parametrize("damage", [slice(40, None), slice(4, 60)])
@pytest.mark.parametrize("name", ["part-000000.parquet", None])
def test_a_damaged_file_is_dropped_and_named(tmp_path: Path, damage: slice, name: str | None) -> None:
    encoder = HashingEncoder()
    fill(EmbeddingStore(tmp_path, encoder), ["a"], (0,))
    (file,) = tmp_path.rglob("*.parquet")
    if name is not None:  # as an earlier version wrote it
        file = file.rename(file.with_name(name))
    content = bytearray(file.read_bytes())
    content[damage] = b"" if damage.stop is None else bytes(damage.stop - damage.start)
    file.write_bytes(content)
    store = EmbeddingStore(tmp_path, encoder)
    assert store.dropped == [file]
    assert not file.exists()
    assert store.missing(text_keys(["a"], ROLE), (0,)).tolist() == [0]


def test_every_flipped_bit_is_noticed(tmp_path: Path) -> None:
    encoder = HashingEncoder()
    fill(EmbeddingStore(tmp_path, encoder), ["a", "b"], (0,))
    (file,) = tmp_path.rglob("*.parquet")
    content = file.read_bytes()
    for bit in range(0, 8 * len(content), 97):
        file.write_bytes(content)
        flip_bit(file, bit)
        assert EmbeddingStore(tmp_path, encoder).dropped == [file], bit


def test_a_store_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    encoder = HashingEncoder()
    fill(EmbeddingStore(tmp_path, encoder), ["a"], (0,))
    (file,) = tmp_path.rglob("*.parquet")
    file.rename(file.with_name("part-000000.parquet"))
    store = EmbeddingStore(tmp_path, encoder)
    fill(store, ["b"], (0,))
    assert len(EmbeddingStore(tmp_path, encoder).missing(text_keys(["a", "b"], ROLE), (0,))) == 0


def test_a_file_that_was_removed_is_encoded_again_beside_the_others(tmp_path: Path) -> None:
    encoder = HashingEncoder()
    store = EmbeddingStore(tmp_path, encoder)
    texts = ["a b", "c d", "e f"]
    for text in texts:
        fill(store, [text], (0,))
    min(tmp_path.rglob("*.parquet")).unlink()
    store = EmbeddingStore(tmp_path, encoder)
    assert store.missing(text_keys(texts, ROLE), (0,)).tolist() == [0]
    fill(store, texts[:1], (0,))
    for opened in (store, EmbeddingStore(tmp_path, encoder)):
        found = opened.vectors(text_keys(texts, ROLE), 0)
        np.testing.assert_array_equal(found, encoder.encode(texts, ROLE).vectors[0])


def test_a_model_that_was_changed_under_its_name_is_found_by_its_width(tmp_path: Path) -> None:
    store = EmbeddingStore(tmp_path, HashingEncoder())
    fill(store, ["a"], (0,))
    wider = Encoded({0: np.ones((1, 65), np.float32)}, np.zeros(1, np.int32), np.zeros(1, bool))
    store.add(text_keys(["b"], ROLE), wider, 0.1)
    with pytest.raises(InputError, match="holds vectors of 64 and of 65 numbers") as refused:
        store.vectors(text_keys(["a", "b"], ROLE), 0)
    assert refused.value.fix == "remove the folder: its texts are encoded again"


def test_encoders_do_not_share_vectors(tmp_path: Path) -> None:
    fill(EmbeddingStore(tmp_path, HashingEncoder(name="one")), ["a"], (0,))
    other = EmbeddingStore(tmp_path, HashingEncoder(name="two"))
    assert other.missing(text_keys(["a"], ROLE), (0,)).tolist() == [0]
    assert isinstance(text_keys([], ROLE), pa.FixedSizeBinaryArray)
