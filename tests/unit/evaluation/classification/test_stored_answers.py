from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from synthcode.errors import Interrupted
from synthcode.evaluation.classification.stored_answers import PART, answers_in_parts
from synthcode.evaluation.encoder import Answers

NUMBER = 2 * PART + 10
TEXTS = [f"text {number}" for number in range(NUMBER)]
INPUTS = np.arange(NUMBER).reshape(-1, 1)


class Heads:
    """Answer with the length and the number of a text; count what they are asked about."""

    name, task, labels, exits = "heads", "classification", ("0", "1"), (1, 3)

    def __init__(self, stops_after: int = 10, identity: str = "a") -> None:
        self.identity, self.asked, self.stops_after = identity, 0, stops_after

    def classify(self, texts: Sequence[str], inputs: npt.NDArray[np.int64], advance: Callable[[int], None]) -> Answers:
        if not self.stops_after:
            raise Interrupted("stopped", 130)
        self.stops_after -= 1
        self.asked += len(inputs)
        said = np.array([[len(texts[place]), place] for (place,) in inputs.tolist()], dtype=np.float32)
        advance(len(inputs))
        return Answers({1: said, 3: said * 2}, 5 * len(inputs), 1)


def test_after_a_stop_only_the_rest_is_asked_about(tmp_path: Path) -> None:
    whole = answers_in_parts(Heads(), TEXTS, INPUTS, tmp_path / "other", lambda _: None)
    stopped = Heads(stops_after=2)
    with pytest.raises(Interrupted):
        answers_in_parts(stopped, TEXTS, INPUTS, tmp_path / "answers", lambda _: None)
    again, advanced = Heads(), []
    found = answers_in_parts(again, TEXTS, INPUTS, tmp_path / "answers", advanced.append)
    assert (stopped.asked, again.asked) == (2 * PART, 10)
    assert sum(advanced) == NUMBER
    assert (found.tokens, found.at_limit) == (whole.tokens, whole.at_limit) == (5 * NUMBER, 3)
    for exit_ in (1, 3):
        np.testing.assert_array_equal(found.logits[exit_], whole.logits[exit_])
        np.testing.assert_array_equal(found.logits[exit_][:, 1], exit_ // 2 * np.arange(NUMBER) + np.arange(NUMBER))


def test_damaged_answers_other_heads_and_fresh_ones_are_asked_about_again(tmp_path: Path) -> None:
    answers_in_parts(Heads(), TEXTS, INPUTS, tmp_path, lambda _: None)
    first, *_ = sorted(tmp_path.glob("answers-*.npz"), key=lambda file: -file.stat().st_size)
    first.write_bytes(first.read_bytes()[:-100])
    for heads, fresh, expected in (
        (Heads(), False, PART),
        (Heads(), False, 0),
        (Heads(identity="b"), False, NUMBER),
        (Heads(), True, NUMBER),
    ):
        answers_in_parts(heads, TEXTS, INPUTS, tmp_path, lambda _: None, fresh=fresh)
        assert heads.asked == expected


def test_without_inputs_there_are_no_answers(tmp_path: Path) -> None:
    found = answers_in_parts(Heads(), TEXTS, INPUTS[:0], tmp_path, lambda _: None)
    assert found.logits[1].shape == (0, 2)
