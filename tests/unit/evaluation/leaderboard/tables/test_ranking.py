from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from synthcode.evaluation.leaderboard.tables.ranking import flips_for, pairwise_p_values, rank_entries
from synthcode.evaluation.results.statistics import holm, sign_flip_p_values
from synthcode.evaluation.retrieval.measures import F64


def exact_p_value(differences: F64) -> float:
    """Return the p-value of all flips there are."""
    flips = np.array(list(product((-1, 1), repeat=len(differences))))
    return float(np.mean(np.abs(flips @ differences) >= abs(differences.sum()) - 1e-12))


def test_every_two_entries_are_tested_as_compare_tests_two_results() -> None:
    shares = np.random.default_rng(0).random((40, 5)) / 40
    shares[:, 4] -= 0.004
    found = pairwise_p_values(shares, 2_000)
    pairs = [(one, two) for one in range(5) for two in range(one + 1, 5)]
    differences = np.stack([shares[:, one] - shares[:, two] for one, two in pairs], axis=1)
    expected = sign_flip_p_values(differences, 2_000)
    reached = expected > 1 / 2_001
    assert reached.sum() >= 6
    assert [found[pair] for pair in np.array(pairs)[reached].tolist() for pair in [tuple(pair)]] == pytest.approx(
        expected[reached]
    )
    adjusted = rank_entries(shares, 10_000).p_holm
    again = holm(sign_flip_p_values(differences, 10_000))
    assert [adjusted[pair] < 0.05 for pair in pairs] == (again < 0.05).tolist()


def test_a_p_value_below_one_flip_is_a_bound_of_the_exact_one() -> None:
    differences = np.array([0.1] * 11 + [-0.01])
    shares = np.stack([differences, np.zeros(12)], axis=1)
    exact = exact_p_value(differences)
    # Both signs of all but the last, which may have either one and is against the others: 2 / 4096, and 2 / 4096 more.
    assert exact == 4 / 4096
    total, squares = 11 * 0.1 - 0.01, 11 * 0.01 + 0.0001
    bound = 2 * np.exp(-(total**2) / (2 * squares))
    assert exact < bound < 0.01
    # So few flips that none reaches the difference: 1 / 2 says less than the bound.
    assert pairwise_p_values(shares, 1)[0, 1] == pytest.approx(bound)
    many = np.stack([np.full(400, 0.001), np.zeros(400)], axis=1)
    assert pairwise_p_values(many, 100)[0, 1] == pytest.approx(2 * np.exp(-200))


def test_equal_entries_share_every_rank() -> None:
    shares = np.repeat(np.random.default_rng(1).random((30, 1)), 3, axis=1)
    ranking = rank_entries(shares, 100)
    assert ranking.p_holm.tolist() == np.ones((3, 3)).tolist()
    assert (ranking.rank.tolist(), ranking.last_rank.tolist(), ranking.group.tolist()) == ([1] * 3, [3] * 3, [1] * 3)


def test_an_entry_alone_is_first() -> None:
    ranking = rank_entries(np.ones((4, 1)) / 4, 100)
    assert (ranking.rank.tolist(), ranking.last_rank.tolist(), ranking.group.tolist()) == ([1], [1], [1])


def test_ranks_and_groups_follow_what_can_be_told_apart() -> None:
    random = np.random.default_rng(2)
    noise = random.normal(0, 0.1, (200, 4))
    # The first two are alike, the third is clearly worse, and the fourth is alike to none.
    shares = (np.array([0.9, 0.9, 0.5, 0.2]) + noise) / 200
    ranking = rank_entries(shares, 1_000)
    assert ranking.rank.tolist() == [1, 1, 3, 4]
    assert ranking.last_rank.tolist() == [2, 2, 3, 4]
    assert ranking.group.tolist() == [1, 1, 2, 3]


def test_an_entry_between_two_that_differ_is_in_the_better_group() -> None:
    base = np.zeros((12, 3))
    base[:, 0], base[:, 2] = 0.08, 0.0
    # The second differs from both by as much, but so unevenly that neither can be told apart from it.
    base[:, 1] = [0.48, *[0.0] * 11]
    ranking = rank_entries(base, 10_000)
    assert ranking.rank.tolist() == [1, 1, 2]
    assert ranking.last_rank.tolist() == [2, 3, 3]
    assert ranking.group.tolist() == [1, 1, 2]


def test_more_pairs_take_more_flips_up_to_a_bound() -> None:
    assert flips_for(2, 10_000) == 10_000
    assert flips_for(50, 10_000) == 40 * 1_225
    assert flips_for(500, 10_000) == 10_000
    assert flips_for(500, 100) == 2_000
