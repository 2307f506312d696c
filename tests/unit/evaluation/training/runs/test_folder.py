"""A training run goes on with the same data and settings only, and starts anew without touching other files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.evaluation.training.runs.folder import (
    TrainingFolder,
    TrainingRecord,
    discard,
    read_record,
    read_settings,
    start,
    write_record,
)
from synthcode.evaluation.training.settings import OptimiserSettings, RunSettings, TrainingSettings

SETTINGS = TrainingSettings(base="st:m", exits=(1, 2))
RECORD = TrainingRecord("data", "d1", {"torch": "2"})


@pytest.fixture
def folder(tmp_path: Path) -> TrainingFolder:
    started = TrainingFolder(tmp_path / "model")
    started.path.mkdir()
    start(started, SETTINGS, RECORD, pytest.fail)
    return started


def test_a_run_goes_on_with_free_settings_changed(folder: TrainingFolder) -> None:
    changed = replace(SETTINGS, run=RunSettings(save_every=1))
    start(folder, changed, RECORD, pytest.fail)
    assert read_settings(folder) == changed
    assert folder.is_training
    assert not folder.is_finished


def test_other_settings_are_refused_with_the_fix(folder: TrainingFolder) -> None:
    changed = replace(SETTINGS, optimiser=OptimiserSettings(steps=7, batch_size=2, learning_rate=1.0))
    with pytest.raises(InputError) as caught:
        start(folder, changed, RECORD, pytest.fail)
    assert "optimiser.steps 7 (was 200); optimiser.batch_size 2 (was 64) and 1 more" in caught.value.problem
    assert caught.value.fix == "train in another folder, or start anew with --force"
    assert read_settings(folder) == SETTINGS


def test_other_data_are_refused(folder: TrainingFolder) -> None:
    with pytest.raises(InputError, match="trained on other data"):
        start(folder, SETTINGS, replace(RECORD, dataset_digest="d2"), pytest.fail)


def test_other_versions_are_said(folder: TrainingFolder) -> None:
    said: list[str] = []
    start(folder, SETTINGS, replace(RECORD, versions={"torch": "3"}), said.append)
    assert len(said) == 1


@pytest.mark.parametrize("content", ["{", "[]", '{"dataset": "x", "unknown": 1}', ""])
def test_a_damaged_record_is_refused(folder: TrainingFolder, content: str) -> None:
    folder.manifest.write_text(content)
    with pytest.raises(InputError, match="damaged, or of another version"):
        start(folder, SETTINGS, RECORD, pytest.fail)


@pytest.mark.parametrize("content", [None, "base: [", "steps: 1\n"])
def test_damaged_settings_are_refused(folder: TrainingFolder, content: str | None) -> None:
    folder.settings.unlink() if content is None else folder.settings.write_text(content)
    with pytest.raises(InputError):
        start(folder, SETTINGS, RECORD, pytest.fail)


def test_a_folder_with_other_files_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds other files \(notes.txt\)"):
        start(TrainingFolder(tmp_path), SETTINGS, RECORD, pytest.fail)


def test_starting_anew_removes_what_the_run_made_and_nothing_else(folder: TrainingFolder, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("mine")
    for name in ("config.json", "model.safetensors", "notes.txt"):
        (folder.path / name).write_text("x")
    files = ["config.json", "model.safetensors", "../outside", str(outside)]
    write_record(folder, replace(RECORD, files=files, outcome={"steps": 1}))
    assert folder.is_finished
    assert discard(folder)
    assert sorted(path.name for path in folder.path.iterdir()) == ["notes.txt"]
    assert outside.read_text() == "mine"
    assert read_record(folder) is None


def test_starting_anew_next_to_other_files_is_no_refusal(folder: TrainingFolder) -> None:
    (folder.path / "notes.txt").write_text("mine")
    other = replace(SETTINGS, random_seed=5)
    start(folder, other, RECORD, pytest.fail, anew=discard(folder))
    assert read_settings(folder) == other
    assert (folder.path / "notes.txt").read_text() == "mine"


def test_a_model_whose_writer_was_killed_is_removed_as_well(folder: TrainingFolder) -> None:
    (folder.path / "notes.txt").write_text("mine")
    write_record(folder, replace(RECORD, others=["notes.txt"]))
    for name in ("config.json", "model.safetensors"):
        (folder.path / name).write_text("x")
    assert discard(folder)
    assert sorted(path.name for path in folder.path.iterdir()) == ["notes.txt"]


def test_nothing_is_removed_where_there_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    assert not discard(TrainingFolder(tmp_path))
    assert (tmp_path / "config.json").exists()
