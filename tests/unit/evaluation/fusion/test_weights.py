"""The weight that is best on validation, where the answer can be seen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from synthcode.errors import InputError
from synthcode.evaluation.fusion.weights import WEIGHTS, choose_weights
from synthcode.evaluation.retrieval.benchmark import Benchmark, Cell, Texts, judgements

CELL = Cell("text2code", "text", "go")


def benchmark(answers: list[int]) -> Benchmark:
    queries = np.arange(len(answers))
    texts = {
        "text": Texts([f"q{n}" for n in queries], [f"q{n}" for n in queries], {}),
        "go": Texts(["d2", "d1", "d0"], ["", "", ""], {}),
    }
    return Benchmark("made", "", "validation", texts, {CELL: judgements(queries, np.array(answers))})


class Fixed:
    """Scores that are given."""

    zero_is_unmatched = False

    def __init__(self, rows: list[list[float]]) -> None:
        self.rows = np.array(rows, dtype=np.float32)

    def blocks(self, cell: Cell, variant: str) -> Iterator[np.ndarray]:
        yield from self.rows[:, None, :]  # a block a query


def choose(made: Benchmark, first: Fixed, second: Fixed) -> tuple[float, float, float, float]:
    seen: list[int] = []
    (choice,) = choose_weights(made, [first, second], ["stripped"], seen.append).values()
    assert (sum(seen), choice.queries) == (1, len(made.cells[CELL].queries))
    return choice[:4]


def test_a_ranking_that_is_right_outweighs_one_that_is_wrong() -> None:
    # The first ranks the answer first, the second last; the answer has 1 * w, the document before it w/2 + (1-w).
    first, second = Fixed([[1.0, 0.5, 0.0]]), Fixed([[0.0, 1.0, 0.5]])
    # w > w/2 + 1 - w, so above 2/3; of 0.7 to 1 the nearest to a half.
    assert choose(benchmark([0]), first, second) == pytest.approx((0.7, 1.0, 1.0, 1 / 3))


def test_two_that_are_right_in_turn_are_weighed_alike() -> None:
    first = Fixed([[1.0, 0.9, 0.0], [1.0, 0.9, 0.0]])
    second = Fixed([[0.8, 0.0, 1.0], [0.0, 1.0, 0.8]])
    weight, score, *_ = choose(benchmark([0, 1]), first, second)
    assert (weight, score) == (0.5, 1.0)


def test_no_queries_are_no_choice() -> None:
    empty = Benchmark("made", "", "validation", {}, {})
    with pytest.raises(InputError, match="no queries to choose a weight on"):
        choose_weights(empty, [], ["stripped"], lambda count: None)


def test_both_alone_are_among_the_weights() -> None:
    assert (WEIGHTS[0], WEIGHTS[-1]) == (0.0, 1.0)
