"""The measurements of trained exits: their statistics over random seeds, their data, and whole parts at tiny sizes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from benchmarks.distillation.mining import with_mined
from benchmarks.distillation.scores import differences, estimates, over_seeds
from synthcode.evaluation.training.pairs.opening import open_pairs
from synthcode.evaluation.training.settings import DataSettings, OptimiserSettings, TrainingSettings
from synthcode.schemas.results import RANKS
from tests.support.models.tiny_encoders import write_encoder
from tests.support.runs.seeded_run import seeded_run
from tests.support.training.training_dataset import problem, write_problems

ROOT = Path(__file__).resolve().parents[3]


def ranks(*first: int, exits: tuple[int, ...] = (1, 2)) -> pa.Table:
    """One query a problem, with the rank of its answer at every exit."""
    cell = {"encoder": "e", "task": "text2code", "variant": "stripped", "query_language": "text"}
    rows = [
        cell
        | {"exit": exit_, "corpus_language": "java", "query_id": f"q{number}", "problem_id": f"p{number}"}
        | {"ranks": [rank], "documents": 100}
        for exit_ in exits
        for number, rank in enumerate(first)
    ]
    return pa.Table.from_pylist(rows, RANKS)


def test_means_over_random_seeds_weigh_each_seed_alike_and_count_each_problem_once() -> None:
    seeds = over_seeds([ranks(1, 2, 4, 1, 1, 1), ranks(2, 2, 2, 2, 2, 1)])
    found = estimates(seeds)
    assert found[1].value == found[2].value == pytest.approx((4.75 / 6 + 3.5 / 6) / 2)
    gain = differences(seeds, over_seeds([ranks(*[2] * 6), ranks(*[2] * 6)]))[1]
    assert gain.difference.value == pytest.approx((4.75 + 3.5) / 12 - 0.5)
    assert (gain.problems, gain.queries) == (6, 12)
    # Of 64 flips of six problems, both ways of all signs reach six equal differences: more seeds must not make it less.
    equal = differences(over_seeds([ranks(*[1] * 6)] * 9), over_seeds([ranks(*[2] * 6)] * 9))[1]
    assert equal.p == pytest.approx(2 / 64, abs=0.01)


def test_p_values_are_adjusted_over_the_exits() -> None:
    one = differences(ranks(*[1] * 6, exits=(1,)), ranks(*[2] * 6, exits=(1,)))[1]
    three = differences(ranks(*[1] * 6, exits=(1, 2, 3)), ranks(*[2] * 6, exits=(1, 2, 3)))
    assert all(gain.p_holm == pytest.approx(3 * one.p) for gain in three.values())


def test_mined_functions_join_the_train_split_as_texts_with_programs(tmp_path: Path) -> None:
    dataset = write_problems(
        tmp_path / "dataset", [problem(number, ("java", "python"), f"c{number}") for number in range(3)]
    )
    widened = with_mined(dataset, seeded_run(tmp_path, 5), tmp_path / "widened")
    settings = TrainingSettings(data=DataSettings(renamed_share=0), optimiser=OptimiserSettings(steps=4, batch_size=8))
    data = open_pairs(widened, settings)
    assert data.groups == 8
    assert data.counts.programs == {"java": 3, "python": 8}
    assert "def add_4(a, b):\n    return a + b + 4" in {text.strip() for text in data.texts()}
    assert open_pairs(dataset, settings).groups == 3


@pytest.mark.manual
@pytest.mark.parametrize("part", ["exits", "claim", "scratch", "speed", "cache", "saved"])
def test_parts_run_at_tiny_sizes(part: str, quickstart: Path, tmp_path: Path) -> None:
    base = write_encoder(tmp_path / "base", pooling="mean")
    command = [sys.executable, "benchmarks/training.py", part, "--quick", "--exits", "1,3", "--base", f"st:{base}"]
    where = ["--dataset", str(quickstart / "dataset"), "--out", str(tmp_path / "out")]
    done = subprocess.run([*command, *where], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "| --- |" in done.stdout
