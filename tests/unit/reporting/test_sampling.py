from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthcode.identity import digest
from synthcode.reporting.sampling import Draw, even_share


@pytest.mark.parametrize(
    ("sizes", "rows", "share"),
    [
        ([100, 3, 1], 50, 46),  # 3 and 1 whole, 46 of the hundred
        ([10, 10, 10], 15, 5),
        ([10, 10, 10], 30, 10),
        ([10, 10, 10], 2, 1),  # one of each, however few are requested
        ([], 10, 1),
    ],
)
def test_an_even_share(sizes: list[int], rows: int, share: int) -> None:
    assert even_share({(str(place),): size for place, size in enumerate(sizes)}, rows) == share


@given(st.lists(st.integers(1, 50), min_size=1, max_size=8), st.integers(8, 100))
def test_no_more_than_asked_for_and_no_fewer_than_could_be(sizes: list[int], rows: int) -> None:
    share = even_share({(str(place),): size for place, size in enumerate(sizes)}, rows)
    drawn = sum(min(size, share) for size in sizes)
    assert drawn <= rows
    assert drawn == sum(sizes) or sum(min(size, share + 1) for size in sizes) > rows


def test_rare_kinds_stay_and_the_order_does_not_matter() -> None:
    rows = [(("go", "kept" if number % 100 else "empty"), digest(number)) for number in range(1000)]
    results = []
    for random_seed in range(3):
        random.Random(random_seed).shuffle(rows)
        draw = Draw(50)
        for start in range(0, 1000, 37):
            draw.offer(rows[start : start + 37])
        results.append(draw.drawn())
    assert results[0] == results[1] == results[2]
    assert {kind: len(names) for kind, names in results[0].items()} == {("go", "kept"): 40, ("go", "empty"): 10}
    assert results[0]["go", "kept"] == sorted(name for kind, name in rows if kind[1] == "kept")[:40]


def test_memory_stays_within_twice_what_is_drawn_and_a_batch() -> None:
    draw = Draw(100)
    for start in range(0, 5000, 50):
        draw.offer((("go", str(number % 7)), digest(number)) for number in range(start, start + 50))
        assert sum(map(len, draw._sample.values())) <= 200
    assert draw.sizes.total() == 5000
    assert Counter(len(names) for names in draw.drawn().values()) == {14: 7}
