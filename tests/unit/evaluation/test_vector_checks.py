from __future__ import annotations

import numpy as np
import pytest

from synthcode.errors import InputError
from synthcode.evaluation.encoder import Encoded
from synthcode.evaluation.vector_checks import VectorCheck

TEXTS = ("a", "b\x1b[31m c", " ")


def encoded(*rows: list[float], exit_: int = 0) -> Encoded:
    vectors = np.array(rows, np.float32)
    return Encoded({exit_: vectors}, np.zeros(len(rows), np.int32), np.zeros(len(rows), np.bool_))


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (
            [[1, 1], [np.nan, 1], [1, np.inf]],
            "hash gave a vector that is not finite for 2 of 3 texts, the first for text 2",
        ),
        ([[1, 1], [0, 0], [0, 0]], "hash gave a zero vector for 1 of 3 texts, the first for text 2: "),
        ([[1, 1], [1, 1]], "hash gave 2 vectors for 3 texts"),
        ([[1], [1], [1]], "hash gave vectors of 1 numbers for 3 texts, and of 2 for others"),
    ],
)
def test_what_no_score_may_come_from_is_refused(rows: list[list[float]], problem: str) -> None:
    with pytest.raises(InputError) as refusal:
        VectorCheck("hash", {0: 2})(encoded(*rows), TEXTS)
    assert refusal.value.problem.startswith(problem)
    assert "\x1b" not in refusal.value.problem


def test_a_text_without_anything_in_it_may_have_a_zero_vector() -> None:
    given = encoded([1, 0], [0, 1], [0, 0])
    assert VectorCheck("hash")(given, TEXTS) is given


def test_the_first_vectors_of_an_exit_decide_the_width_of_others() -> None:
    check = VectorCheck("mose:/some/where/model")
    check(encoded([1, 0], exit_=4), TEXTS[:1])
    with pytest.raises(InputError, match="mose:where/model, exit 4, gave vectors of 3 numbers"):
        check(encoded([1, 0, 0], exit_=4), TEXTS[:1])
