from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from synthcode.stages.dedup import shingles
from synthcode.stages.dedup.shingles import hashed_shingles, shingle_sets


def texts(*values: str) -> pa.LargeStringArray:
    return pa.array(values, pa.large_string())


def by_text(array: pa.LargeStringArray, ngram: int = 5) -> list[list[int]]:
    found: list[list[int]] = []
    for run in hashed_shingles(array, ngram):
        found += [part.tolist() for part in np.split(run.hashes, run.offsets[1:-1])]
    return found


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("abcd", 0),
        ("abcde", 1),
        ("abcdefg", 3),
        ("aaaaaaa", 3),
        ("héllo", 1),  # 5 characters, 6 bytes
        ("日本語です。", 2),
        ("👩‍💻🙂", 0),  # 4 code points: two of them make one picture
        ("a\U0001f600b\U0001f601cd", 2),
    ],
)
def test_characters_are_code_points(text: str, count: int) -> None:
    assert [len(found) for found in by_text(texts(text))] == [count]


def test_a_shingle_has_one_hash_wherever_it_stands() -> None:
    first, second, third = by_text(texts("abcdef", "xabcde", "éabcde"))
    assert first[0] == second[1] == third[1]
    assert len({*first, *second, *third}) == 4


def test_no_shingle_crosses_the_border_of_two_texts() -> None:
    assert by_text(texts("abc", "", "de", "fghijk", "l")) == [[], [], [], *by_text(texts("fghijk")), []]


def test_all_shingles_of_five_letters_differ() -> None:
    alphabet = "\t\n ()_=aeiz01é日"
    text = "".join(a + b + c for a in alphabet for b in alphabet for c in alphabet)
    distinct = {text[i : i + 5] for i in range(len(text) - 4)}
    assert shingle_sets(texts(text), 5).hashes.size == len(distinct)


@pytest.mark.parametrize("size", [1, 7, 64, 1 << 14])
def test_how_many_bytes_are_hashed_together_changes_nothing(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    array = texts("def f(x):\n    return x", "", "ünïcödé = 1", "abc", "x" * 300, "é" * 40, "last one")
    expected = [by_text(texts(text))[0] for text in array.to_pylist()]
    monkeypatch.setattr(shingles, "RUN_BYTES", size)
    assert by_text(array) == expected


def test_a_slice_of_an_array_is_read_from_where_it_begins() -> None:
    array = texts("éééééé", "abcdefg", "hijklmn", "opqrstu")
    assert by_text(array.slice(1, 2)) == by_text(texts("abcdefg", "hijklmn"))


def test_sets_are_ascending_and_without_repeats() -> None:
    sets = shingle_sets(texts("ab", "aaaaaaaa", "abcabcabc", "", "zyxwvut"), 3)
    assert np.diff(sets.offsets).tolist() == [0, 1, 3, 0, 5]
    for start, end in zip(sets.offsets[:-1], sets.offsets[1:], strict=True):
        assert (np.diff(sets.hashes[start:end].astype(object)) > 0).all()


def test_equal_neighbours_in_two_texts_stay_in_both_sets() -> None:
    sets = shingle_sets(texts("aaaaa", "aaaaa", "aaaaaa"), 5)
    assert np.diff(sets.offsets).tolist() == [1, 1, 1]


def test_no_texts_have_no_shingles() -> None:
    sets = shingle_sets(texts(), 5)
    assert sets.hashes.size == 0
    assert sets.offsets.tolist() == [0]
