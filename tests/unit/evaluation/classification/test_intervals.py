"""Intervals of measures cover the truth as often as they say."""

from __future__ import annotations

import numpy as np

from synthcode.evaluation.classification.intervals import estimates, group_draws


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
