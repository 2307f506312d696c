"""A phase of training: stopped, damaged, resumed, validated, and always the same weights."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from synthcode.errors import Interrupted
from synthcode.evaluation.retrieval.benchmark import Benchmark
from synthcode.evaluation.retrieval.datasets import load_benchmark
from synthcode.evaluation.training.ordered_trainer import DivergedError
from synthcode.evaluation.training.runs.folder import TrainingFolder
from synthcode.evaluation.training.runs.phases import TrainedPhase, train_on_pairs
from synthcode.evaluation.training.runs.progress import Callbacks
from synthcode.evaluation.training.runs.validation.curves import read_curves
from synthcode.evaluation.training.settings import (
    LossSettings,
    OptimiserSettings,
    RunSettings,
    TrainingSettings,
)
from tests.support.datasets.small_dataset import write_dataset
from tests.support.models.toy_exits import ToyExits, ToyPairs

SETTINGS = TrainingSettings(
    base="st:toy",
    optimiser=OptimiserSettings(steps=12, batch_size=8, learning_rate=0.05),
    loss=LossSettings(learned_temperature=True),
    run=RunSettings(save_every=4, validate_every=3, keep="last", keep_checkpoints=2),
    random_seed=3,
)


class Bench:
    """A folder in which phases are run, and what they said."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.said, self.steps, self.remarks = TrainingFolder(folder), [], 0, [""]

    def run(
        self,
        settings: TrainingSettings = SETTINGS,
        benchmark: Benchmark | None = None,
        model: ToyExits | None = None,
        stop: Callable[[int], bool] = lambda step: False,
    ) -> tuple[TrainedPhase, list[torch.Tensor]]:
        self.steps = 0

        def advance(count: int, remark: str) -> None:
            self.steps += count
            self.remarks.append(remark)

        callbacks = Callbacks(self.said.append, advance, lambda: stop(self.steps + 1))
        torch.manual_seed(99)  # whatever was drawn before
        model = model or ToyExits()
        pairs = ToyPairs(settings.optimiser.steps * settings.optimiser.batch_size)
        found = train_on_pairs(model, pairs, settings, self.folder, benchmark, callbacks)
        return found, [parameter.detach().clone() for parameter in model.parameters()]

    @property
    def checkpoints(self) -> list[str]:
        return sorted(path.name for path in self.folder.checkpoints.iterdir())


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "model")


@pytest.fixture
def benchmark_(tmp_path: Path) -> Benchmark:
    return load_benchmark(write_dataset(tmp_path / "dataset"), "test")


def same(first: list[torch.Tensor], second: list[torch.Tensor]) -> bool:
    return all(map(torch.equal, first, second))


@pytest.mark.slow
def test_a_stopped_run_ends_with_the_same_bits_and_curves(bench: Bench, benchmark_: Benchmark, tmp_path: Path) -> None:
    whole, weights = bench.run(benchmark=benchmark_)
    other = Bench(tmp_path / "stopped")
    with pytest.raises(Interrupted):
        other.run(benchmark=benchmark_, stop=lambda step: step == 5)
    assert "checkpoint-5" in other.checkpoints
    shutil.rmtree(other.folder.checkpoints / "checkpoint-5")
    resumed, again = other.run(benchmark=benchmark_)
    assert other.said == ["train: going on from step 4"]
    assert same(weights, again)
    assert resumed.curves.points == whole.curves.points
    assert (resumed.counts.texts, resumed.counts.tokens) == (whole.counts.texts, whole.counts.tokens)
    assert whole.counts.texts == 12 * 16


@pytest.mark.slow
def test_a_finished_phase_does_no_step_again(bench: Bench) -> None:
    _, weights = bench.run()
    _, again = bench.run(stop=lambda step: pytest.fail("a step was made"))
    assert same(weights, again)


@pytest.mark.slow
def test_validating_never_changes_the_weights(bench: Bench, benchmark_: Benchmark, tmp_path: Path) -> None:
    _, weights = bench.run()
    for every in (1, 5):
        run = replace(SETTINGS.run, validate_every=every)
        found, again = Bench(tmp_path / f"every{every}").run(replace(SETTINGS, run=run), benchmark_)
        assert same(weights, again)
        assert found.curves.validated == [0, *range(every, 12, every), 12]


@pytest.mark.slow
def test_the_best_weights_are_kept_by_default(bench: Bench, benchmark_: Benchmark) -> None:
    settings = replace(SETTINGS, run=replace(SETTINGS.run, keep="best", validate_every=1))
    with pytest.raises(Interrupted):
        bench.run(settings, benchmark_, stop=lambda step: step == 9)
    best = read_curves(bench.folder.curves.with_suffix(".csv")).best
    assert best is not None
    assert f"checkpoint-{best}" in bench.checkpoints
    found, weights = bench.run(settings, benchmark_)
    assert (found.step, found.kept) == (found.curves.best, "best")
    stopped = Bench(bench.folder.path.with_name("until"))
    with pytest.raises(Interrupted):
        stopped.run(SETTINGS, stop=lambda step: step == found.step)
    saved = load_file(stopped.folder.checkpoints / f"checkpoint-{found.step}" / "weights.safetensors")
    names = [name for name in saved if not name.endswith("log_scale")]
    of_model = [f"model.0.{name}" for name, _ in ToyExits().named_parameters()]
    by_name = dict(zip(of_model, weights, strict=True))
    assert sorted(by_name) == sorted(names)
    assert all(torch.equal(saved[name], by_name[name]) for name in names)


@pytest.mark.slow
def test_a_damaged_best_checkpoint_is_said_and_the_last_weights_kept(bench: Bench, benchmark_: Benchmark) -> None:
    settings = replace(SETTINGS, run=replace(SETTINGS.run, keep="best", validate_every=1, keep_checkpoints=1))
    found, _ = bench.run(settings, benchmark_)
    assert found.step < 12
    (bench.folder.checkpoints / f"checkpoint-{found.step}" / "weights.safetensors").write_bytes(b"")
    again, _ = bench.run(settings, benchmark_)
    assert (again.step, again.kept) == (12, "last")
    assert "is damaged (weights.safetensors was changed): the last weights are kept" in bench.said[-1]


@pytest.mark.slow
def test_old_checkpoints_go_and_new_settings_of_saving_count(bench: Bench) -> None:
    with pytest.raises(Interrupted):
        bench.run(stop=lambda step: step == 6)
    assert bench.checkpoints == ["checkpoint-4", "checkpoint-6"]
    run = replace(SETTINGS.run, save_every=1, keep_checkpoints=3)
    bench.run(replace(SETTINGS, run=run))
    assert bench.checkpoints == ["checkpoint-10", "checkpoint-11", "checkpoint-12"]
    names = {path.name for path in (bench.folder.checkpoints / "checkpoint-12").iterdir()}
    assert "training_args.bin" not in names
    assert "complete.json" in names


def test_a_loss_that_is_not_a_number_stops_and_the_checkpoint_before_stays(bench: Bench) -> None:
    model = ToyExits()

    def poison(step: int) -> bool:
        if step == 6:
            with torch.no_grad():
                model.blocks[0].weight[0, 0] = float("inf")
        return False

    with pytest.raises(DivergedError) as caught:
        bench.run(model=model, stop=poison)
    assert "at step 7" in caught.value.problem
    assert "learning rate" in caught.value.fix
    assert bench.checkpoints == ["checkpoint-4"]


def test_weights_that_are_not_finite_are_never_saved(bench: Bench) -> None:
    model = ToyExits()

    def poison(step: int) -> bool:
        if step == 8:
            with torch.no_grad():
                model.words.weight[0, 0] = float("nan")  # no text has this token: the loss stays a number
        return False

    with pytest.raises(DivergedError, match="weights are not finite after step 8"):
        bench.run(model=model, stop=poison)
    assert bench.checkpoints == ["checkpoint-4"]


def test_remarks_and_curves_say_what_happens(bench: Bench, benchmark_: Benchmark) -> None:
    found, _ = bench.run(benchmark=benchmark_)
    assert bench.steps == 12
    assert all(word in bench.remarks[-1] for word in ("loss ", "tokens/s", "validation MRR@10"))
    losses = {(point.step, point.exit) for point in found.curves.points if point.metric == "loss"}
    assert losses == {(step, exit_) for step in range(1, 13) for exit_ in (0, 1, 2, 3)}
    assert {path.name for path in bench.folder.training.iterdir()} == {
        "checkpoints",
        "curves.csv",
        "curves.png",
        "curves.svg",
    }
    state: Any = json.loads((bench.folder.checkpoints / "checkpoint-12" / "counts.json").read_text())
    assert state["tokens"] == found.counts.tokens > 0
