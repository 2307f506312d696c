from __future__ import annotations

import itertools

import numpy as np
import pytest

from synthcode.evaluation.results import statistics
from synthcode.evaluation.results.statistics import bootstrap_intervals, by_problem, holm, sign_flip_p_values


def column(*values: float) -> np.ndarray:
    return np.array(values, np.float64)[:, None]


def test_an_interval_covers_what_it_should() -> None:
    """Of 200 samples of 60 problems, about 95 % of the intervals hold the true mean; of independent queries fewer."""
    random = np.random.default_rng(0)
    effects = random.random((200, 60))
    queries = 8
    sums = np.stack([row * queries for row in effects], axis=1)
    low, high = bootstrap_intervals(sums, np.full_like(sums, queries), resamples=1000)
    covered = ((low <= 0.5) & (high >= 0.5)).mean()
    assert 0.90 <= covered <= 0.99
    narrow = 1.96 * effects.std(axis=1) / np.sqrt(60 * queries)
    assert (high - low).mean() > 2 * 2 * narrow.mean()


def test_queries_of_one_problem_are_drawn_together() -> None:
    sums, counts = column(10, 0), column(10, 10)
    low, high = bootstrap_intervals(sums, counts)
    # Two problems: a quarter of the draws has the first twice, a quarter never.
    assert (low[0], high[0]) == (0, 1)
    low, high = bootstrap_intervals(column(10, 0), column(10, 10), level=0.4)
    assert (low[0], high[0]) == (0.5, 0.5)


def test_draws_without_any_query_say_nothing() -> None:
    low, high = bootstrap_intervals(column(1, 0, 0), column(2, 0, 0))
    assert (low[0], high[0]) == (0.5, 0.5)


def test_the_mean_of_several_columns_has_an_interval_of_its_own() -> None:
    sums, counts = np.array([[1.0, 0, 3], [1, 2, 5]]), np.array([[2.0, 0, 4], [2, 4, 8]])
    low, high = bootstrap_intervals(sums, counts, np.array([0, 0, 1]))
    # All columns are 1/2 but the last, which is 3/4 of the first problem and 5/8 of the second.
    assert (low.tolist(), high.tolist()) == ([0.5, 0.625], [0.5, 0.75])


def test_chunks_do_not_change_what_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(1)
    sums = random.random((50, 3))
    whole = bootstrap_intervals(sums, np.ones_like(sums), resamples=500)
    flips = sign_flip_p_values(sums - 0.5, resamples=500)
    monkeypatch.setattr(statistics, "CHUNK_NUMBERS", 50 * 7)
    again = bootstrap_intervals(sums, np.ones_like(sums), resamples=500)
    np.testing.assert_allclose(again, whole, rtol=1e-6)
    np.testing.assert_allclose(sign_flip_p_values(sums - 0.5, resamples=500), flips)


def test_p_values_approach_those_of_all_flips() -> None:
    differences = np.array([0.9, 0.1, 0.4, -0.2, 0.3, 0.5, -0.1, 0.2])
    flips = np.array(list(itertools.product([-1, 1], repeat=8))) @ differences
    exact = (np.abs(flips) >= differences.sum() - 1e-12).mean()
    assert sign_flip_p_values(differences[:, None], 100_000)[0] == pytest.approx(exact, abs=0.004)


def test_no_difference_is_never_significant() -> None:
    assert sign_flip_p_values(np.zeros((20, 1)))[0] == 1


def test_a_p_value_is_never_zero() -> None:
    assert sign_flip_p_values(np.ones((100, 1)), 999)[0] == 1 / 1000


def test_holm_by_hand() -> None:
    # Sorted .01 .02 .03 .04, times 4 3 2 1: .04 .06 .06 .04, of which none may be below one before it.
    np.testing.assert_allclose(holm([0.04, 0.01, 0.03, 0.02]), [0.06, 0.04, 0.06, 0.06])
    np.testing.assert_allclose(holm([0.6, 0.5]), [1, 1])


def test_sums_by_problem() -> None:
    assert by_problem(np.array([1.0, 2.0, 4.0]), np.array([2, 0, 2]), 4).tolist() == [2, 0, 5, 0]


def test_measures_of_the_same_queries_need_their_counts_once() -> None:
    random = np.random.default_rng(2)
    sums, counts = random.random((30, 6)), random.integers(1, 5, (30, 2)).astype(np.float64)
    once = bootstrap_intervals(sums, counts, resamples=300)
    np.testing.assert_array_equal(once, bootstrap_intervals(sums, np.repeat(counts, 3, axis=1), resamples=300))
