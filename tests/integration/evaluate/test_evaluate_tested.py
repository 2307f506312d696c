"""'evaluate --task classification' on a dataset: which translations fail their tests."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from synthcode.pipelines.main import run_cli
from synthcode.schemas.tables import DATASET_PROGRAMS, NEGATIVES
from synthcode.vocabulary import SPLITS
from tests.integration.evaluate.test_evaluate_clones import WORDS
from tests.support.datasets.clone_dataset import write_rows
from tests.support.datasets.metrics_table import read_metrics
from tests.support.datasets.tested_dataset import passing_and_failing, write_tested_dataset

USUAL = ("--resamples", "100", "--no-costs", "--variant", "stripped")


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file in which an encoder, ``py:words:vectors``, writes down what it encodes."""
    (tmp_path / "words.py").write_text(WORDS)
    monkeypatch.setenv("ENCODED", str(tmp_path / "encoded"))
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path / "encoded"


def test_tested_translations_are_told_apart_and_compared(
    tmp_path: Path, words: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = write_tested_dataset(tmp_path / "dataset", passing_and_failing())
    command = ["evaluate", str(dataset), "--task", "classification", *USUAL]
    assert run_cli([*command, "--encoder", "py:words:vectors", "--out", str(tmp_path / "words")]) == 0
    assert "classification, stripped" in capsys.readouterr().out
    scores = {row["metric"]: row["value"] for row in read_metrics(tmp_path / "words")}
    assert scores["accuracy_probe"] == 1, "failing programs panic, and others do not"
    assert {"F1_probe", "AP_probe", "ROC-AUC_probe", "accuracy_knn"} <= scores.keys()
    tables = (tmp_path / "words" / "tables.md").read_text()
    assert "Label 1 is a translation that fails its tests" in tables
    assert "split test: 20 translations" in tables
    assert run_cli([*command, "--encoder", "bm25", "--out", str(tmp_path / "bm25")]) == 0
    assert "bm25 has no vectors: k nearest neighbours only, no probe" in capsys.readouterr().err
    assert run_cli(["compare", str(tmp_path / "words"), str(tmp_path / "bm25")]) == 0
    assert "accuracy_knn" in capsys.readouterr().out
    assert run_cli([*command, "--encoder", "bm25", "--split", "validation"]) == 1
    assert "--task classification scores the test split, not validation" in capsys.readouterr().err


def test_a_dataset_without_failing_translations_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = {
        split: {name: text for name, text in code.items() if "!" not in name}
        for split, code in passing_and_failing().items()
    }
    dataset = write_tested_dataset(tmp_path / "dataset", parts)
    assert run_cli(["evaluate", str(dataset), "--task", "classification", "--encoder", "bm25"]) == 1
    problem, fix = capsys.readouterr().err.splitlines()
    assert "train has 40 translations that pass their tests, and 0 that fail" in problem
    assert "synthcode verify" in fix


@pytest.mark.slow
def test_three_tasks_in_one_command_encode_each_program_once(
    quickstart: Path, tmp_path: Path, words: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Path(shutil.copytree(quickstart, tmp_path / "run"))
    assert run_cli(["build", str(run), "--clones"]) == 0
    dataset = with_verdicts(Path(shutil.copytree(run / "dataset", tmp_path / "dataset")))
    capsys.readouterr()
    command = ["evaluate", str(dataset), "--encoder", "py:words:vectors", "--out", str(tmp_path / "out"), *USUAL]
    assert run_cli([*command, "--task", "retrieval,clones,classification", "--json"]) == 0
    tasks = json.loads(capsys.readouterr().out)["tasks"]
    assert [one["task"] for one in tasks] == ["retrieval", "clones", "classification"]
    assert [Path(one["folder"]).name for one in tasks] == ["retrieval", "clones", "classification"]
    assert {row["task"] for row in tasks[2]["scores"]} == {"classification"}
    encoded = words.read_text().split("\0")
    assert len([text for text in encoded if " WRONG" in text]) == tasks_failing(dataset)
    programs = {row for table in tables(dataset, "programs") for row in table["code_stripped"].to_pylist()}
    shown = [text for text in encoded if text in programs]
    assert len(shown) == len(set(shown)) > 50


@pytest.mark.slow
def test_widths_and_precisions_are_for_retrieval_only(
    quickstart: Path, tmp_path: Path, words: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Clones next to retrieval are those of a command without these options: nothing is scored again."""
    run = Path(shutil.copytree(quickstart, tmp_path / "run"))
    assert run_cli(["build", str(run), "--clones"]) == 0
    command = ["evaluate", str(run), "--encoder", "py:words:vectors", *USUAL]
    assert run_cli([*command, "--task", "clones"]) == 0
    [results] = (run / "evaluation").glob("*_task-clones*/results.json")
    before = results.read_bytes()
    capsys.readouterr()
    assert run_cli([*command, "--task", "text2code,clones", "--dims", "8"]) == 0
    printed = capsys.readouterr().err
    assert "--dims and --precision are for retrieval: other tasks are scored on whole vectors" in printed
    assert f"unchanged, nothing to do ({results.parent})" in printed
    assert results.read_bytes() == before
    [compressed] = (run / "evaluation").glob("*/compressed.csv")
    assert "text2code" in compressed.read_text()


def with_verdicts(dataset: Path) -> Path:
    """Say of all translations that they were tested, and add one that fails for every second one of them."""
    (dataset / "croissant.json").unlink(missing_ok=True)
    for split in SPLITS:
        [file] = (dataset / "data" / "programs").glob(f"{split}-*.parquet")
        rows = pq.read_table(file).cast(DATASET_PROGRAMS).to_pylist()
        translations = [row for row in rows if row["origin"] != "seed"]
        for row in translations:
            row["verification"] = "tested"
        pq.write_table(pa.Table.from_pylist(rows, schema=DATASET_PROGRAMS), file)
        failing = [
            {**row, "program_id": f"{row['program_id']}!", "reason": "test_failed", "split": split}
            | {name: f"{row[name]} WRONG" for name in ("code", "code_stripped", "code_anonymous")}
            for row in translations[::2]
        ]
        write_rows(dataset / "data" / "negatives", split, NEGATIVES, failing)
    return dataset


def tables(dataset: Path, config: str) -> list[pa.Table]:
    return [pq.read_table(file) for file in sorted((dataset / "data" / config).glob("*.parquet"))]


def tasks_failing(dataset: Path) -> int:
    """Return how many failing translations are scored: as many as pass, language by language."""
    count = 0
    for split in SPLITS:
        passing, failing = (
            pq.read_table(next((dataset / "data" / config).glob(f"{split}-*.parquet")))
            for config in ("programs", "negatives")
        )
        passing = passing.filter(pc.equal(passing["origin"], "translation"))
        for language in pc.unique(failing["language"]).to_pylist():
            numbers = [
                len(set(table.filter(pc.equal(table["language"], language))["code_stripped"].to_pylist()))
                for table in (passing, failing)
            ]
            count += min(numbers)
    return count
