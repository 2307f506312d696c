from __future__ import annotations

import numpy as np

from synthcode.dataset.clones.negatives import Partners, Pool, Rows

# Three problems of two languages; program 6 is a failing translation of the first.
SEED = np.array([0, 0, 1, 1, 2, 2, 0])
LANGUAGE = np.array([0, 1, 0, 1, 0, 1, 1])


def rows(parameters: tuple[int, int, int] = (1, 1, 2), problem: tuple[int, int, int] = (0, 1, 2)) -> Rows:
    return Rows(
        seed=SEED,
        problem=np.array(problem)[SEED],
        language=LANGUAGE,
        parameters=np.array(parameters)[SEED],
        document=np.arange(7),
        failing=np.arange(7) == 6,
        sure=np.zeros(7, dtype=bool),
        key=np.arange(7, dtype=np.uint64),
    )


def partners(**facts: tuple[int, int, int]) -> Partners:
    return Partners(rows(**facts), np.array([[1, 2], [-1, 2], [-1, -1]]))


ANCHORS, OTHER = np.array([0, 2, 4]), np.array([1, 1, 1])
LUCK = np.array([0, 0, 0], dtype=np.uint64)


def test_random_ones_are_of_another_problem_and_pass() -> None:
    for luck in range(20):
        drawn = partners().random(ANCHORS, OTHER, LUCK + np.uint64(luck))
        assert (SEED[drawn] != SEED[ANCHORS]).all()
        assert (LANGUAGE[drawn] == 1).all()
        assert 6 not in drawn


def test_signatures_agree_or_nothing_is_drawn() -> None:
    assert partners().same_signature(ANCHORS, OTHER, LUCK).tolist() == [3, 1, -1]
    assert partners(parameters=(-1, -1, -1)).same_signature(ANCHORS, OTHER, LUCK).tolist() == [-1] * 3


def test_the_nearest_problem_that_there_is_comes_first() -> None:
    assert partners().lexical(ANCHORS, OTHER, LUCK).tolist() == [3, 5, -1]
    assert partners(problem=(0, 0, 2)).lexical(ANCHORS, OTHER, LUCK).tolist() == [5, 5, -1]


def test_one_problem_has_no_partner() -> None:
    assert partners(problem=(0, 0, 0)).random(ANCHORS, OTHER, LUCK).tolist() == [-1] * 3


def test_every_program_of_a_code_is_drawn_by_some_luck() -> None:
    pool = Pool(rows(), LANGUAGE, np.ones(7, dtype=bool))
    luck = np.arange(40, dtype=np.uint64)
    drawn = pool.draw(np.ones(40, dtype=np.int64), np.zeros(40, dtype=np.int64), luck)
    assert set(drawn.tolist()) == {3, 5}
