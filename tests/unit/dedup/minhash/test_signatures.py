from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest

from synthcode.dedup.minhash.signatures import (
    MISS_AT_THRESHOLD,
    band_keys,
    bands_and_rows,
    miss_probability,
    signatures,
)
from synthcode.dedup.texts import Texts

PINNED = [13, 131, 145, 209, 193, 229, 34, 45, 189, 145, 201, 30, 233, 105, 195, 42]


def sign(*values: str, ngram: int = 5, num_perm: int = 256, random_seed: int = 0) -> np.ndarray:
    return signatures(Texts.of(pa.array(values, pa.large_string())), ngram, num_perm, random_seed)[0]


def test_the_chance_of_a_miss_is_that_of_the_book() -> None:
    # Leskovec, Rajaraman and Ullman, example 3.12: 20 bands of 5 rows find 0.99964 of the pairs at 0.8.
    assert 1 - miss_probability(0.8, 20, 5) == pytest.approx(0.99964, abs=1e-5)
    # By hand: 0.7^6 = 0.117649, 0.882351^42 = 0.00522.
    assert miss_probability(0.7, 42, 6) == pytest.approx(0.00522, abs=1e-5)


@pytest.mark.parametrize(
    ("num_perm", "threshold", "expected"),
    [(256, 0.7, (42, 6)), (256, 0.8, (32, 8)), (256, 0.5, (85, 3)), (128, 0.7, (32, 4)), (16, 0.1, (16, 1))],
)
def test_bands_are_as_long_as_the_threshold_allows(num_perm: int, threshold: float, expected: tuple[int, int]) -> None:
    bands, rows = bands_and_rows(num_perm, threshold)
    assert (bands, rows) == expected
    if rows > 1:
        assert miss_probability(threshold, bands, rows) < MISS_AT_THRESHOLD
    assert miss_probability(threshold, num_perm // (rows + 1), rows + 1) >= MISS_AT_THRESHOLD


def test_a_threshold_of_one_takes_one_band() -> None:
    assert bands_and_rows(256, 1.0) == (1, 256)


def test_a_signature_knows_the_set_alone() -> None:
    first, second, third = sign("abcdefabcdef", "fabcdefabcdefabc", "abcdefabcdeg")
    assert (first == second).all()
    assert not (first == third).all()


def test_another_random_seed_makes_another_signature() -> None:
    text = "the quick brown fox jumps over the lazy dog"
    assert (sign(text) == sign(text)).all()
    assert (sign(text) == sign(text, random_seed=1)).mean() < 0.1


def test_signatures_are_the_same_on_every_machine() -> None:
    assert sign("def add(a, b):\n    return a + b\n", num_perm=16).tolist() == [PINNED]


def test_one_shingle_fills_all_slots_and_is_not_mistaken_for_another() -> None:
    first, second, third = sign("abcde", "abcde", "abcdf")
    assert (first == second).all()
    assert (first == third).mean() < 0.05


@pytest.mark.parametrize("length", [30, 120, 500, 3000])
@pytest.mark.parametrize("num_perm", [100, 256])
def test_equal_slots_estimate_the_similarity(length: int, num_perm: int) -> None:
    draw = random.Random(length)
    errors = []
    for _ in range(60):
        text = "".join(draw.choices("abcdefghij (),=\n", k=length))
        changed = text[: length // 2] + "".join(draw.choices("klmnop", k=length // 10)) + text[length // 2 :]
        one, other = ({t[i : i + 5] for i in range(len(t) - 4)} for t in (text, changed))
        left, right = sign(text, changed, num_perm=num_perm)
        errors.append((left == right).mean() - len(one & other) / len(one | other))
    # Of independent slots one estimate has a standard deviation of at most 0.05, the mean of 60 one of 0.0065.
    assert abs(np.mean(errors)) < 0.02
    assert np.std(errors) < 0.06


def test_documents_share_a_key_where_all_rows_of_the_band_agree() -> None:
    base = np.arange(12, dtype=np.uint8)
    other = base.copy()
    other[5] = 99  # bands take every third slot: slot 5 is in the last of three bands
    keys = band_keys(np.stack([base, base, other]), bands=3, rows=4)
    assert keys.shape == (3, 3)
    assert (keys[:, 0] == keys[:, 1]).all()
    assert (keys[:, 0] == keys[:, 2]).tolist() == [True, True, False]


def test_slots_that_change_places_make_another_key() -> None:
    keys = band_keys(np.array([[1, 2], [2, 1]], dtype=np.uint8), bands=1, rows=2)
    assert keys[0, 0] != keys[0, 1]
