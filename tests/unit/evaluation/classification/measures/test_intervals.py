"""Intervals of measures cover the truth as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from synthcode.evaluation.classification.measures.intervals import Spread, estimates, group_draws


@pytest.mark.slow
def test_intervals_of_grouped_items_cover_their_truth() -> None:
    generator, covered = np.random.default_rng(5), 0
    for _ in range(200):
        rates = generator.beta(4, 4, 60)  # groups differ: items of one are not independent
        groups = np.repeat(np.arange(60), 5)
        right = (generator.random(300) < rates[groups]).astype(float)
        (found,) = estimates(lambda w, r=right: [np.average(r, weights=w)], 300, group_draws(groups, 200), 60)
        covered += found.lo <= 0.5 <= found.hi
    assert 182 <= covered <= 198


def test_few_groups_have_a_wide_interval() -> None:
    (found,) = estimates(lambda w: [1.0], 4, group_draws(np.arange(4), 100), 4)
    assert found.hi == 1
    assert found.lo < 0.5


def test_intervals_are_symmetric_on_the_logit_scale() -> None:
    drawn = iter(np.array([[0.88], [0.92]] * 50))  # a standard deviation of 0.02
    one = Spread(scales=np.array([0.5]), freedom=np.array([1e9]))
    (found,) = estimates(lambda w: [0.9] if w.size > 1 else w.tolist(), 1000, drawn, 1000, spread=one)
    half = 0.5 * 1.959964 * 0.02 / (0.9 * 0.1) * np.sqrt(1000 / 999)
    low, high = (0.9 / 0.1 * np.exp(sign * half) for sign in (-1, 1))
    assert (found.lo, found.hi) == pytest.approx((low / (1 + low), high / (1 + high)), abs=2e-6)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_value_at_the_end_that_no_draw_changes_has_an_interval_without_width(value: float) -> None:
    (found,) = estimates(lambda w: [value], 100, group_draws(np.arange(100), 20), 100)
    assert found == (value, value, value)


def test_an_interval_of_a_value_near_the_end_stays_between_0_and_1() -> None:
    drawn = iter(np.array([[1.0], [0.5]] * 50))
    (found,) = estimates(lambda w: [1 - 1e-12] if w.size > 1 else w.tolist(), 100, drawn, 100)
    assert 0 <= found.lo < found.value <= found.hi <= 1
