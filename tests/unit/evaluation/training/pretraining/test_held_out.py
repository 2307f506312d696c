"""Pre-training sees nothing of what is there to be measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.evaluation.training.pretraining.opening import open_snippets
from synthcode.evaluation.training.settings import PretrainSettings
from tests.support.runs.seeded_run import seeded_run
from tests.support.training.training_dataset import Problem, problem, write_problems

LOOP = """def total(values):
    result = 0
    for position, value in enumerate(values):
        if value % {divisor} == position % 2:
            result += value * position
        else:
            result -= value + position * 2
    return result
"""


def written(code: str, seed: str = "x1") -> Problem:
    return Problem(seed, "Add.", {"python": code})


def test_copies_and_near_duplicates_of_other_splits_are_left_out_with_all_of_their_seed(tmp_path: Path) -> None:
    dataset = write_problems(tmp_path / "dataset", [problem(number, ("python", "java")) for number in range(3)])
    write_problems(dataset, [written(LOOP.format(divisor=3))], "test")
    pool = [
        Problem("a", None, {"python": LOOP.format(divisor=3), "java": "class A { int copied; }"}),
        Problem("b", None, {"python": LOOP.format(divisor=5)}),
        Problem("c", None, {"python": "def other(): return 'nothing like it'"}),
        Problem("x1", None, {"java": "class X { int translated; }"}),
    ]
    source = write_problems(tmp_path / "pool", pool)
    found = open_snippets(dataset, PretrainSettings(data=(str(source),)))
    assert {snippet.seed_id for snippet in found} == {"c"}


def test_held_out_datasets_are_left_out_of_the_train_split_itself(tmp_path: Path) -> None:
    dataset = write_problems(tmp_path / "dataset", [problem(1, ("python",)), written(LOOP.format(divisor=3), "s9")])
    other = write_problems(tmp_path / "other", [written(LOOP.format(divisor=7))])
    assert len(open_snippets(dataset, PretrainSettings())) == 2
    left = open_snippets(dataset, PretrainSettings(), [str(other)])
    assert [snippet.seed_id for snippet in left] == ["s0001"]


def test_nothing_left_is_refused(tmp_path: Path) -> None:
    run = seeded_run(tmp_path, 1)
    code = "def add_0(a, b):\n    return a + b + 0\n"
    dataset = write_problems(tmp_path / "dataset", [problem(number, ("python",)) for number in range(3)])
    write_problems(dataset, [written(code)], "test")
    with pytest.raises(InputError, match="every program to pre-train on is in a held-out dataset"):
        open_snippets(dataset, PretrainSettings(data=(str(run),)))
