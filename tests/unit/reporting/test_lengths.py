from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthcode.reporting.lengths import BASE, HEIGHT, WIDTH, bin_of, edge, histograms, median


@pytest.mark.parametrize(("length", "number"), [(0, 0), (1, 0), (2, 2), (3, 3), (4, 4), (5, 4), (6, 5), (1024, 20)])
def test_bins_double_every_two(length: int, number: int) -> None:
    assert bin_of(length) == number


@given(st.integers(1, 10**9))
def test_a_length_is_within_its_bin(length: int) -> None:
    assert edge(bin_of(length)) <= length * (1 + 1e-12)
    assert length < edge(bin_of(length) + 1)


@pytest.mark.parametrize(("lengths", "expected"), [({}, 0), ({5: 1}, 5), ({1: 1, 9: 1}, 1), ({1: 2, 7: 3}, 7)])
def test_the_lower_median(lengths: dict[int, int], expected: int) -> None:
    assert median(lengths) == expected


def test_histograms_share_their_scales() -> None:
    go, java = histograms({"go": {4: 3, 8: 1}, "java": {16: 2}}, {"go": {4: 4}, "java": {8: 2}})
    assert (go.language, go.count, go.median, go.seed_median) == ("go", 4, 4, 4)
    # Bins 4 to 8, the last of them ending at 9: a fifth of the width each; the highest share is 1.
    assert [(bar.x - 0.5, bar.width + 1) for bar in go.bars] == [
        pytest.approx((0, WIDTH / 5)),
        pytest.approx((WIDTH * 2 / 5, WIDTH / 5)),
    ]
    assert [round(bar.height / (HEIGHT - BASE), 3) for bar in go.bars] == [0.75, 0.25]
    assert [round(bar.height / (HEIGHT - BASE), 3) for bar in java.bars] == [1.0]
    assert go.bars[0].title == "4 to 6 characters: 75.0%"
    assert histograms({}, {}) == []
