"""Training recipes: strict keys, overrides, paths, what a run may go on with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.evaluation.training.runs.recipe import (
    differences,
    load_training_recipe,
    parse_training_recipe,
    to_yaml,
)
from synthcode.evaluation.training.settings import OptimiserSettings, RunSettings, TrainingSettings


def written(folder: Path, text: str) -> Path:
    path = folder / "train.yaml"
    path.write_text(text, "utf-8")
    return path


def test_the_command_line_wins_over_the_file_key_by_key(tmp_path: Path) -> None:
    path = written(tmp_path, "base: st:some/model\noptimiser: {steps: 10, batch_size: 8}\nexits: [1, 2]\n")
    settings = load_training_recipe(path, {"optimiser.steps": 20, "random_seed": 3})
    assert settings == TrainingSettings(
        base="st:some/model", exits=(1, 2), random_seed=3, optimiser=OptimiserSettings(steps=20, batch_size=8)
    )


def test_settings_come_back_from_their_yaml(tmp_path: Path) -> None:
    settings = load_training_recipe(written(tmp_path, "new: {layers: 2}\npretrain: {steps: 5}\n"))
    assert load_training_recipe(written(tmp_path, to_yaml(settings))) == settings


@pytest.mark.parametrize(
    ("text", "problem", "fix"),
    [
        ("base: st:m\nexit: [1]\n", "unknown key 'exit' (did you mean 'exits'?)", "known here: base, new, exits"),
        ("base: st:m\noptimiser: {step: 1}\n", "unknown key 'optimiser.step' (did you mean 'steps'?)", "steps"),
        ("base: st:m\npretrain: {task: nsp}\n", "pretrain.task: input should be 'in_context'", "fix pretrain.task"),
        ("base: st:m\noptimiser: {steps: 0}\n", "optimiser.steps: input should be greater than or equal to 1", "fix"),
        ("exits: [1]\n", "names no encoder to train", "--base st:NAME"),
        ("base: st:m\nnew: {}\n", "names a base, and a new encoder", "--base st:NAME"),
        ("base: [\n", "is not YAML", "fix the file"),
        ("- 1\n", "holds no settings", "base:"),
        ("base: st:m\nbase: st:n\n", "is not YAML", "fix the file"),
        ("base: https://me:secret@hub/m\n", "holds a user name or password", "leave it out"),
    ],
)
def test_mistakes_have_two_lines(tmp_path: Path, text: str, problem: str, fix: str) -> None:
    with pytest.raises(InputError) as caught:
        load_training_recipe(written(tmp_path, text))
    assert problem in caught.value.problem
    assert fix in caught.value.fix


def test_a_missing_recipe_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no training recipe"):
        load_training_recipe(tmp_path / "none.yaml")


def test_paths_are_of_the_recipe_and_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "inner"
    (inner / "model").mkdir(parents=True)
    (tmp_path / "held").mkdir()
    text = "base: st:model\ndata: {holdout: [../held, user/published]}\npretrain: {data: [../held]}\n"
    path = written(inner, text)
    monkeypatch.chdir(tmp_path)
    settings = load_training_recipe(path)
    assert settings.base == f"st:{inner / 'model'}"
    assert settings.data.holdout == (str(tmp_path / "held"), "user/published")
    assert settings.pretrain.data == (str(tmp_path / "held"),)
    assert load_training_recipe(path, {"base": "st:inner/model"}).base == settings.base


def test_only_what_changes_the_weights_differs() -> None:
    before = parse_training_recipe({"base": "st:m"}, "here")
    after = replace(before, run=RunSettings(save_every=1, validate_every=1, keep="last"))
    assert differences(before, after) == []
    after = replace(after, optimiser=OptimiserSettings(steps=7), random_seed=1)
    assert differences(before, after) == ["optimiser.steps 7 (was 200)", "random_seed 1 (was 0)"]
