"""The export of translations that pass or fail their tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli
from synthcode.pipelines.runs.reporter import SilentReporter
from synthcode.pipelines.steps.export.labels import export_label_task
from synthcode.publishing.export.layout import Exported
from synthcode.publishing.export.mteb import MTEB
from synthcode.storage.published import find_dataset
from tests.integration.evaluate.test_evaluate_tested import with_verdicts
from tests.support.datasets.tested_dataset import passing_and_failing, write_tested_dataset


def export(dataset: Path, out: Path) -> list[Exported]:
    assert MTEB.labels is not None
    return export_label_task(find_dataset(dataset), "mteb", MTEB.labels, "stripped", out, SilentReporter())


def test_translations_load_by_language_and_all_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from datasets import load_dataset

    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    parts = passing_and_failing()
    (exported,) = export(write_tested_dataset(tmp_path / "dataset", parts), tmp_path / "out")
    assert exported.counts == {"go": 60}
    loaded = load_dataset(str(tmp_path / "out" / "classification"), "go")
    assert {split: len(rows) for split, rows in loaded.items()} == {"train": 40, "test": 20}
    for split, rows in loaded.items():
        assert rows.column_names == ["text", "label"]
        failing = {text for name, text in parts[split].items() if name.endswith("go!")}
        assert {row["text"] for row in rows if row["label"] == 1} == failing
    assert len(load_dataset(str(tmp_path / "out" / "classification"), "all", split="test")) == 20


def test_a_dataset_without_failing_translations_in_both_splits_has_no_such_task(tmp_path: Path) -> None:
    parts = passing_and_failing()
    parts["train"] = {name: text for name, text in parts["train"].items() if "!" not in name}
    assert export(write_tested_dataset(tmp_path / "dataset", parts), tmp_path / "out") == []
    assert not (tmp_path / "out").exists()


def test_the_export_for_mteb_has_the_task(quickstart: Path, tmp_path: Path) -> None:
    dataset = with_verdicts(Path(shutil.copytree(quickstart / "dataset", tmp_path / "dataset")))
    assert run_cli(["export", str(dataset), "--format", "mteb", "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "classification" / "README.md").is_file()
    assert (tmp_path / "out" / "text2code").is_dir()
