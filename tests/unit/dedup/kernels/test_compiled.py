from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthcode.dedup.kernels.compiled import all_shingles, count_agreement, jaccard_similarities
from synthcode.dedup.texts import Texts, offsets


def texts(*values: str) -> Texts:
    return Texts.of(pa.array(values, pa.large_string()))


def by_text(given: Texts, ngram: int = 5) -> list[list[int]]:
    hashes, sizes = all_shingles(*given, ngram)
    return [part.tolist() for part in np.split(hashes, offsets(sizes)[1:-1])] if given.size else []


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
    assert len({*by_text(texts(text))[0]}) == len(distinct)


def test_a_slice_of_an_array_is_read_from_where_it_begins() -> None:
    array = pa.array(["éééééé", "abcdefg", "hijklmn", "opqrstu"], pa.large_string())
    expected = by_text(texts("abcdefg", "hijklmn"))
    assert by_text(Texts.of(array.slice(1, 2))) == expected
    assert by_text(Texts.of(array).slice(1, 3)) == expected
    assert by_text(Texts.of(array).take(np.array([1, 2]))) == expected
    assert Texts.of(array).slice(1, 3).as_arrow().to_pylist() == ["abcdefg", "hijklmn"]


@pytest.mark.parametrize("ngram", [1, 2, 5, 8])
@settings(max_examples=60)
@given(values=st.lists(st.text("ab\n é日🙂", max_size=20), min_size=1, max_size=6))
def test_similarities_are_those_of_python_sets(values: list[str], ngram: int) -> None:
    sets = [{text[i : i + ngram] for i in range(len(text) - ngram + 1)} for text in values]
    left, right = np.divmod(np.arange(len(values) ** 2), len(values))
    expected = [len(one & other) / max(len(one | other), 1) for one in sets for other in sets]
    assert jaccard_similarities(*texts(*values), left, right, ngram).tolist() == expected
    assert [len(found) for found in by_text(texts(*values), ngram)] == [
        max(len(text) - ngram + 1, 0) for text in values
    ]


def test_a_table_that_was_used_for_a_longer_pair_serves_a_shorter_one() -> None:
    long, short = "".join(map(chr, range(40, 2040))), "abcdef"
    pairs = [(0, 1), (1, 1), (0, 0), (1, 0), (1, 1)]
    left, right = (np.array(side) for side in zip(*pairs, strict=True))
    assert jaccard_similarities(*texts(long, short), left, right, 5).tolist() == [
        pytest.approx(2 / 1996, abs=1e-3),
        1.0,
        1.0,
        pytest.approx(2 / 1996, abs=1e-3),
        1.0,
    ]


def test_agreement_counts_equal_slots() -> None:
    signatures = np.array([[1, 2, 3], [1, 9, 3], [7, 8, 9]], dtype=np.uint8)
    assert count_agreement(signatures, np.array([0, 0, 2, 1]), np.array([1, 2, 2, 0])).tolist() == [2, 0, 3, 2]


def test_no_texts_have_no_shingles() -> None:
    assert by_text(texts()) == []
    nothing = np.empty(0, dtype=np.int64)
    assert jaccard_similarities(*texts(), nothing, nothing, 5).tolist() == []
