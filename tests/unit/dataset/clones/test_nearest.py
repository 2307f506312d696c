from __future__ import annotations

import numpy as np

from synthcode.dataset.clones.nearest import NONE, nearest_problems

CODES = ["count vowels in word", "count vowels of words", "count letters", "binary search tree", "search a binary tree"]


def test_the_problem_with_the_most_words_in_common_comes_first() -> None:
    nearest = nearest_problems(CODES, np.arange(5))
    assert nearest[:, 0].tolist() == [1, 0, 1, 4, 3] or nearest[:, 0].tolist() == [1, 0, 0, 4, 3]
    assert nearest[3].tolist()[1:] == [NONE] * 4


def test_seeds_of_one_problem_are_left_out() -> None:
    nearest = nearest_problems(CODES, np.array([0, 0, 2, 3, 3]))
    assert nearest[:, 0].tolist()[:2] == [2, 2]
    assert nearest[3:].tolist() == [[NONE] * 5] * 2


def test_code_without_words_has_none() -> None:
    assert nearest_problems(["", "+"], np.arange(2)).tolist() == [[NONE] * 5] * 2
    assert nearest_problems([], np.arange(0)).shape == (0, 5)
