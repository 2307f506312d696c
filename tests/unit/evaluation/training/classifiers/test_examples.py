"""The order of a run's inputs: every one once an epoch, and the same for the same random seed."""

from __future__ import annotations

import numpy as np
import pytest

from synthcode.evaluation.training.classifiers.examples import Example, Examples, ExampleSequence

TEXTS = ["a", "b", "c", "d"]
PAIRS = Examples(TEXTS, np.array([[0, 1], [1, 2], [2, 3]]), np.array([1, 0, 1]))
KNOWN = {frozenset("ab"): 1, frozenset("bc"): 0, frozenset("cd"): 1}


def test_an_epoch_has_every_input_once_and_pairs_come_in_either_order() -> None:
    sequence = list(ExampleSequence(PAIRS, 300, 5))
    for start in range(0, 300, 3):
        assert {frozenset(one.programs) for one in sequence[start : start + 3]} == KNOWN.keys()
    assert all(KNOWN[frozenset(one.programs)] == one.label for one in sequence)
    assert 100 < sum(one.programs == tuple(sorted(one.programs)) for one in sequence) < 200
    assert (
        len({tuple(sequence[start : start + 3]) for start in range(0, 300, 3)}) > 20
    )  # epochs have orders of their own


def test_an_input_depends_on_its_place_and_the_random_seed_only() -> None:
    whole = list(ExampleSequence(PAIRS, 40, -1))
    assert [ExampleSequence(PAIRS, 40, -1)[place] for place in (39, 7, 0)] == [whole[place] for place in (39, 7, 0)]
    assert list(ExampleSequence(PAIRS, 40, 1)) != whole
    with pytest.raises(IndexError, match="example 40 of 40"):
        ExampleSequence(PAIRS, 40, 0)[40]


def test_a_single_program_is_an_input_too() -> None:
    single = Examples(TEXTS, np.array([[3]]), np.array([2]))
    assert ExampleSequence(single, 1, 0)[0] == Example(("d",), 2)


def test_some_are_drawn_in_their_order() -> None:
    drawn = PAIRS.some(2, 0)
    assert len(drawn.labels) == 2
    assert sorted(drawn.inputs[:, 0].tolist()) == drawn.inputs[:, 0].tolist()
    assert PAIRS.some(3, 0) is PAIRS
