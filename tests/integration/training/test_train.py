"""``synthcode train``, ``cut`` and what reads their models: whole commands on a small encoder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from sentence_transformers import SentenceTransformer

import synthcode
from synthcode.evaluation.encoder import Role
from synthcode.evaluation.encoders.registry import EncoderOptions, open_encoder
from synthcode.pipelines.main import run_cli
from tests.support.models.tiny_encoders import write_encoder
from tests.support.training.training_runs import SMALL, train, write_training_dataset

TEXTS = ["def add(a, b): return a + b", "say one"]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_training_dataset(tmp_path_factory.mktemp("data") / "dataset")
    (folder / "README.md").write_text("---\nlicense: other\nlicense_name: my-licence\n---\n\n# Mine\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"st:{write_encoder(tmp_path_factory.mktemp('bases') / 'bert', pooling='mean')}"


@pytest.fixture(scope="module")
def model(dataset: Path, base: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "exits"
    assert train(dataset, "--base", base, "--exits", "1,3", "--projection", "--out", folder, *SMALL) == 0
    return folder


def vectors(spec: str, exit_: int) -> np.ndarray:
    return open_encoder(spec, EncoderOptions()).encode(TEXTS, Role("document", "code", "python")).vectors[exit_]


def test_a_trained_model_scores_at_every_exit(model: Path, dataset: Path, tmp_path: Path) -> None:
    arguments = ["--encoder", f"exits:{model}", "--split", "validation", "--no-costs", "--resamples", "100"]
    assert run_cli(["evaluate", str(dataset), *arguments, "--out", str(tmp_path / "scores")]) == 0
    metrics = (tmp_path / "scores" / "metrics.csv").read_text("utf-8")
    assert {line.split(",")[1] for line in metrics.splitlines()[1:]} == {"1", "3"}


def test_every_exit_is_a_model_of_sentence_transformers(model: Path, tmp_path: Path) -> None:
    for exit_ in (1, 3):
        folder = tmp_path / str(exit_)
        assert run_cli(["cut", str(model), "--exit", str(exit_), "--out", str(folder)]) == 0
        theirs = SentenceTransformer(str(folder), device="cpu").encode(TEXTS)
        assert np.abs(theirs - vectors(f"exits:{model}", exit_)).max() < 1e-6
    deepest = SentenceTransformer(str(model), device="cpu").encode(TEXTS)
    assert np.abs(deepest - vectors(f"exits:{model}", 3)).max() < 1e-6


def test_training_changes_the_weights(model: Path, base: str) -> None:
    assert np.abs(vectors(f"exits:{model}", 1) - vectors(f"exits:{base[3:]}@1,3", 1)).max() > 1e-3


def test_a_finished_model_is_left_as_it_is(
    model: Path, dataset: Path, base: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (model / "model.safetensors").stat().st_mtime_ns
    assert train(dataset, "--base", base, "--exits", "1,3", "--projection", "--out", model, *SMALL) == 0
    assert "is finished, nothing to do" in capsys.readouterr().out
    assert (model / "model.safetensors").stat().st_mtime_ns == before


@pytest.mark.slow
def test_other_settings_are_refused_and_force_starts_anew(
    dataset: Path, base: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "model"
    assert train(dataset, "--base", base, "--out", out, *SMALL) == 0
    other = ["--base", base, "--out", out, *SMALL, "--temperature", "0.1"]
    assert train(dataset, *other) == 1
    assert "loss.temperature 0.1 (was 0.05)" in capsys.readouterr().err
    before = (out / "model.safetensors").read_bytes()
    assert train(dataset, *other, "--base", "st:nowhere/at-all-1", "--force") == 1  # refused: the model stays
    assert (out / "model.safetensors").read_bytes() == before
    (out / "notes.txt").write_text("mine")
    assert train(dataset, *other, "--force") == 0
    assert (out / "model.safetensors").read_bytes() != before
    assert (out / "notes.txt").read_text() == "mine"


@pytest.mark.slow
def test_a_new_encoder_is_pretrained_and_trained(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mose"
    arguments = ["--layers", "2", "--hidden", "16", "--exits", "1,2", "--pretrain", "3", "--pretrain-task", "none"]
    assert train(dataset, *arguments, "--out", out, *SMALL) == 0, capsys.readouterr().err
    assert (out / "training" / "pretraining" / "curves.csv").is_file()
    assert vectors(f"mose:{out}", 2).shape == (2, 16)
    assert f"--encoder mose:{out}" in capsys.readouterr().out
    names = load_file(out / "model.safetensors")
    assert any("projection_heads" in name for name in names)


def test_a_dry_run_writes_nothing(dataset: Path, base: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "model"
    assert train(dataset, "--base", base, "--out", out, "--dry-run", *SMALL) == 0
    printed = capsys.readouterr().out
    assert "training: 8 steps of 6 pairs" in printed
    assert "memory: about" in printed
    assert not out.exists()


@pytest.mark.slow
def test_a_recipe_says_what_options_do_not(dataset: Path, base: str, tmp_path: Path) -> None:
    recipe = tmp_path / "training.yaml"
    recipe.write_text(f"base: {base}\nexits: [2]\noptimiser: {{steps: 3, batch_size: 4}}\n", "utf-8")
    assert train(dataset, "--recipe", recipe, "--steps", "2", "--out", tmp_path / "model") == 0
    settings = (tmp_path / "model" / "training" / "settings.yaml").read_text("utf-8")
    assert "steps: 2" in settings
    assert "batch_size: 4" in settings


def test_the_card_names_data_scores_and_costs_and_no_folder_of_this_machine(model: Path, tmp_path: Path) -> None:
    card = (model / "README.md").read_text("utf-8")
    assert "| exit | code2code anonymous" in card
    assert "24 problems in 24\ngroups" in card
    assert "Licence of the data, as their card states it: `my-licence`." in card
    assert "base_model" not in card
    assert str(tmp_path.parent) not in card


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--base", "st:nowhere/at-all-1"], "nowhere/at-all-1"),
        (["--base", "bm25:x"], "'bm25' is a kind of encoder that is not trained"),
        ([], "names no encoder to train"),
        (["--layers", "2", "--base", "st:x"], "names a base, and a new encoder as well"),
        (["--base", "st:x", "--exits", "one"], "no numbers in 'one'"),
        (["--base", "st:x", "--objective", "best"], "loss.objective"),
    ],
)
def test_what_cannot_be_trained_is_refused_in_two_lines(
    dataset: Path, tmp_path: Path, arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(dataset, *arguments, "--out", tmp_path / "model", *SMALL) == 1
    printed = capsys.readouterr().err
    assert problem in printed
    assert "Traceback" not in printed
    assert not (tmp_path / "model").exists()


def test_a_folder_that_holds_something_else_is_left_as_it_is(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert train(dataset, "--layers", "2", "--out", tmp_path, *SMALL) == 1
    assert "holds other files (notes.txt)" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} <= {"notes.txt", ".lock"}


@pytest.mark.slow
def test_python_trains_too(dataset: Path, base: str, tmp_path: Path) -> None:
    seen = []
    settings = {"base": base, "exits": [2], "optimiser.steps": 3, "optimiser.batch_size": 4}
    folder = synthcode.train(dataset, str(tmp_path / "model"), settings, on_progress=seen.append)
    assert vectors(f"exits:{folder}", 2).shape == (2, 32)
    assert (seen[-1].label, seen[-1].done, seen[-1].total) == ("train", 3, 3)
    with pytest.raises(synthcode.SynthcodeError, match=r"unknown key 'optimiser\.step'"):
        synthcode.train(dataset, tmp_path / "other", {"base": base, "optimiser.step": 3})


def test_an_empty_train_split_is_refused(base: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dataset = write_training_dataset(tmp_path / "dataset", problems=1)
    assert train(dataset, "--base", base, "--out", tmp_path / "model", *SMALL) == 1
    assert "training takes two or more" in capsys.readouterr().err
