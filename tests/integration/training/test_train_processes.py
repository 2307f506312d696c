"""Training in two processes gives what training in one gives; a process that is killed costs nothing.

A launch takes seconds of importing, so that one undisturbed run serves both tests.
"""

from __future__ import annotations

import contextlib
import csv
import os
import signal
import time
from pathlib import Path

import pytest

from synthcode.identity import file_digest
from tests.support.models.tiny_encoders import write_encoder
from tests.support.training.launched_training import launch, process_of_rank, train_in_two
from tests.support.training.training_runs import checkpoints, train, write_training_dataset

pytestmark = pytest.mark.durability

RECIPE = """
loss: {learned_temperature: true, distillation: 0.5}
optimiser: {steps: 120, batch_size: 8, chunk_size: 2}
pretrain: {steps: 2, batch_size: 4, task: none, learning_rate: 1.0e-6}
run: {save_every: 10, validate_every: 60}
"""
NO_DROPOUT = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
"""Each process draws its own."""
LEFT = (
    "error: another process of this training has ended\nsee what it reported; the same command goes on",
    "everything that was finished is stored\nrun the same command again to go on",
)
"""The last words of a process that was left by the other one; or that torchrun's SIGTERM ended before it noticed."""
MODEL = ("README.md", "config.json", "exits.json", "model.safetensors", "modules.json", "tokenizer.json")


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> list[str | Path]:
    folder = tmp_path_factory.mktemp("data")
    base = f"st:{write_encoder(folder / 'bert', pooling='mean', **NO_DROPOUT)}"
    (folder / "recipe.yaml").write_text(RECIPE, "utf-8")
    dataset = write_training_dataset(folder / "dataset", problems=40)
    return [dataset, "--base", base, "--recipe", folder / "recipe.yaml"]


@pytest.fixture(scope="module")
def two(command: list[str | Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model that two processes have trained, undisturbed."""
    folder = tmp_path_factory.mktemp("models") / "two"
    status, printed = train_in_two(*command, "--out", folder)
    assert status == 0, printed
    assert printed.count("the model of step") == 1
    assert "FutureWarning" not in printed
    return folder


def losses(curves: Path) -> dict[tuple[str, str], float]:
    rows = csv.DictReader(curves.read_text("utf-8").splitlines())
    return {(row["step"], row["exit"]): float(row["value"]) for row in rows if row["metric"] == "loss"}


def amount(model: Path) -> str:
    """Return the steps, pairs and tokens that the card counts."""
    [line] = [line for line in (model / "README.md").read_text("utf-8").splitlines() if " tokens, " in line]
    return line.rpartition(" tokens, ")[0]


def test_two_processes_have_the_losses_of_one(command: list[str | Path], two: Path, tmp_path: Path) -> None:
    one = tmp_path / "one"
    assert train(*command, "--out", one) == 0
    # The mean over masked tokens is taken in each process; the loss of pairs is that of the whole batch.
    for curves, near in (("pretraining/curves.csv", 0.02), ("curves.csv", 1e-3)):
        expected = losses(one / "training" / curves)
        assert expected
        assert losses(two / "training" / curves) == pytest.approx(expected, rel=near)
    assert amount(one) == amount(two)
    assert {name for name in MODEL if (one / name).is_file()} == {name for name in MODEL if (two / name).is_file()}


def test_a_killed_process_ends_the_other_and_the_command_goes_on(
    command: list[str | Path], two: Path, tmp_path: Path
) -> None:
    out = tmp_path / "killed"
    launcher = launch(*command, "--out", out)
    while launcher.poll() is None and not checkpoints(out):
        time.sleep(0.01)
    with contextlib.suppress(OSError):  # it has ended by itself
        os.kill(process_of_rank(launcher.pid, 1), signal.SIGKILL)
    printed, _ = launcher.communicate()
    assert (out / "config.json").exists() == (launcher.returncode == 0)
    if launcher.returncode:
        assert any(words in printed for words in LEFT), printed
    status, printed = train_in_two(*command, "--out", out)
    assert status == 0, printed
    assert "going on from step" in printed or "is finished" in printed
    for name in ("model.safetensors", "exits.json"):
        assert file_digest(out / name) == file_digest(two / name)
