"""``synthcode train --task classification`` on a dataset: which translations fail their tests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from synthcode.evaluation.training.models.opening import open_model
from synthcode.pipelines.main import run_cli
from tests.support.datasets.tested_dataset import passing_and_failing, write_tested_dataset
from tests.support.models.tiny_encoders import write_encoder
from tests.support.training.training_runs import SMALL, train


@pytest.mark.slow
def test_heads_say_which_translations_of_a_dataset_fail_their_tests(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = f"st:{write_encoder(tmp_path / 'bert', pooling='mean')}"
    dataset = write_tested_dataset(tmp_path / "dataset", passing_and_failing())
    model = tmp_path / "model"
    arguments = ("--task", "classification", "--base", base, "--exits", "1,3", "--out", model)
    assert train(dataset, *arguments, *SMALL) == 0
    opened = open_model(model)
    assert opened.classifier is not None
    assert opened.classifier.form.labels == ("0", "1")
    command = ["evaluate", str(dataset), "--task", "classification", "--encoder", f"classifier:{model}"]
    capsys.readouterr()
    out = tmp_path / "out"
    assert run_cli([*command, "--no-costs", "--resamples", "100", "--out", str(out), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["tasks"]
    assert {row["task"] for row in found["scores"]} == {"classification_fine_tuned"}
    assert {(row["variant"], row["exit"]) for row in found["scores"]} == {
        (variant, exit_) for variant in ("stripped", "anonymous") for exit_ in (1, 3)
    }
    assert {row["n"] for row in found["scores"]} == {20}
