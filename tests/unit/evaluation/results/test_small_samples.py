from __future__ import annotations

import numpy as np
import pytest

from synthcode.evaluation.results.small_samples import hoeffding_intervals, honest_intervals


def test_all_or_nothing_has_the_exact_interval_of_a_proportion() -> None:
    low, high = hoeffding_intervals(np.array([1.0, 0.0]), np.array([4.0, 4.0]))
    bound = 0.025 ** (1 / 4)
    np.testing.assert_allclose(low, [bound, 0], atol=1e-12)
    np.testing.assert_allclose(high, [1, 1 - bound], atol=1e-12)


@pytest.mark.parametrize("truth", [0.2, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("number", [1, 2, 4])
def test_an_interval_covers_the_truth_however_few_there_are(truth: float, number: int) -> None:
    drawn = np.random.default_rng(0).binomial(number, truth, 4000) / number
    low, high = hoeffding_intervals(drawn, np.full(len(drawn), float(number)))
    assert ((low <= truth) & (truth <= high)).mean() >= 0.95


def test_only_what_few_problems_cannot_show_is_replaced() -> None:
    resampled = np.array([0.4, 0.5, 0.5, 0.5]), np.array([0.6, 0.5, 0.6, 0.5])
    shares, problems = np.full((4, 4), 0.25), np.array([5, 29, 4, 30])
    low, high = honest_intervals(resampled, np.full(4, 0.5), shares, problems)
    assert (low[0], high[0], low[3], high[3]) == (0.4, 0.6, 0.5, 0.5)
    assert low[1] == low[2] < 0.05
    assert high[1] == high[2] > 0.95


def test_a_problem_that_outweighs_the_others_counts_for_most_of_the_evidence() -> None:
    nothing = np.array([1.0]), np.array([1.0])
    even, _ = honest_intervals(nothing, np.array([1.0]), np.full((4, 1), 0.25), np.array([4]))
    uneven, _ = honest_intervals(nothing, np.array([1.0]), np.array([[0.97], [0.01], [0.01], [0.01]]), np.array([4]))
    assert uneven[0] < even[0]
    assert uneven[0] == pytest.approx(0.025**0.97)


def test_differences_lie_between_minus_one_and_one() -> None:
    low, high = hoeffding_intervals(np.array([0.0]), np.array([4.0]), (-1.0, 1.0))
    assert low[0] == pytest.approx(-high[0])
    assert -1 < low[0] < -0.9
