"""Training that is killed at any moment ends with the same weights."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from synthcode.identity import file_digest
from tests.support.datasets.clone_dataset import write_clone_dataset
from tests.support.models.tiny_encoders import write_encoder
from tests.support.training.training_runs import checkpoints, train, write_training_dataset

pytestmark = pytest.mark.durability

STEPS = ("--steps", "60", "--batch-size", "8", "--save-every", "3", "--validate-every", "10", "--learning-rate", "0.01")
KILLS = 3


@pytest.mark.parametrize("task", ["retrieval", "clones"])
def test_a_run_that_is_killed_three_times_ends_with_the_same_weights(task: str, tmp_path: Path) -> None:
    write = {"retrieval": write_training_dataset, "clones": write_pairs}[task]
    dataset = write(tmp_path / "dataset", 40)
    base = ["--task", task, "--base", f"st:{write_encoder(tmp_path / 'bert', pooling='mean')}", *STEPS]
    assert train(dataset, *base, "--out", tmp_path / "whole") == 0
    drawn, out = random.Random(0), tmp_path / "killed"
    command = [sys.executable, "-m", "synthcode", "train", str(dataset), *base, "--out", str(out)]
    for _ in range(KILLS):
        seen = checkpoints(out)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and checkpoints(out) <= seen:
            time.sleep(0.01)  # until it has come further than the command before
        time.sleep(drawn.uniform(0, 0.5))
        process.kill()
        assert process.wait() in (-9, 0)
        if (out / "config.json").exists():  # a kill that comes after it finds the model complete
            assert weights(out) == weights(tmp_path / "whole")
        else:
            assert process.returncode == -9
    subprocess.run(command, check=True, capture_output=True)
    assert weights(out) == weights(tmp_path / "whole") != {}


def weights(model: Path) -> dict[str, str]:
    return {file.name: file_digest(file) for file in model.glob("*.safetensors")}


def write_pairs(folder: Path, problems: int) -> Path:
    """Write pairs of clones and others for train and validation."""
    code = {f"s-{number}-{name}": f"{name} {number}" for number in range(problems) for name in ("java", "python")}
    pairs = [
        (f"s-{number}-java", f"s-{number + other}-python", 1 - other, ("unverified", "random")[other])
        for number in range(problems)
        for other in (0, 1)
        if (number + 1) % (problems // 2)  # no pair of both splits
    ]
    return write_clone_dataset(folder, {"train": pairs[: problems - 2], "validation": pairs[problems - 2 :]}, code)


def test_a_stop_request_saves_a_checkpoint_and_exits_143(tmp_path: Path) -> None:
    dataset = write_training_dataset(tmp_path / "dataset", problems=40)
    base = ["--base", f"st:{write_encoder(tmp_path / 'bert', pooling='mean')}", *STEPS[:6]]
    out = tmp_path / "model"
    command = [sys.executable, "-m", "synthcode", "train", str(dataset), *base, "--save-every", "1", "--out", str(out)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and not checkpoints(out):
        time.sleep(0.01)
    process.terminate()
    _, errors = process.communicate()
    assert process.returncode in (143, 0), errors
    assert "Traceback" not in errors
    if process.returncode:
        assert checkpoints(out) or (out / "config.json").exists()
        assert train(dataset, *base, "--save-every", "1", "--out", out) == 0
