"""'evaluate --task clones' on the quickstart's pairs."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli
from tests.support.clone_dataset import write_clone_dataset


@pytest.fixture(scope="module")
def run(quickstart: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(quickstart, tmp_path_factory.mktemp("clones") / "run"))
    assert run_cli(["build", str(folder), "--clones"]) == 0
    return folder


def test_pairs_are_scored_once_and_written_for_papers(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["evaluate", str(run), "--encoder", "bm25", "--task", "clones", "--resamples", "100", "--split", "train"]
    assert run_cli(command) == 0
    printed = capsys.readouterr()
    assert "clones, stripped" in printed.out
    [folder] = (run / "evaluation").glob("bm25_task-clones*")
    rows = list(csv.DictReader((folder / "metrics.csv").read_text().splitlines()))
    overall = {
        row["metric"]: float(row["value"])
        for row in rows
        if (row["variant"], row["query_language"]) == ("stripped", "all")
    }
    assert {"F1", "F1_oracle", "AP", "ROC-AUC", "AP_random", "AP_lexical", "recall_unverified"} <= overall.keys()
    assert 0.5 < overall["AP"] <= 1
    assert {row["query_language"] for row in rows} > {"all", "java"}
    facts = json.loads((folder / "results.json").read_text())
    assert {row["task"] for row in facts["scores"]} == {"clones"}
    assert "AP by pair of languages" in (folder / "tables.md").read_text()
    assert run_cli(command) == 0
    assert "unchanged, nothing to do" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--task", "clones", "--task", "text2code"], "score --task clones by itself"),
        (["--task", "clones", "--languages", "go"], "--languages means nothing"),
    ],
)
def test_options_that_contradict_each_other(run: Path, capsys, options: list[str], message: str) -> None:
    assert run_cli(["evaluate", str(run), "--encoder", "bm25", *options]) == 2
    assert message in capsys.readouterr().err


def test_a_dataset_without_pairs_and_broken_pairs_give_two_lines(
    quickstart: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_cli(["evaluate", str(quickstart), "--encoder", "bm25", "--task", "clones"]) == 1
    assert "has no pairs of clones\n" in capsys.readouterr().err
    pairs = [("s-0-java", "s-0-python", 1, "unverified"), ("s-0-python", "s-9-java", 0, "random")]
    code = {"s-0-java": "int f() {}", "s-0-python": "def f(): pass"}
    write_clone_dataset(tmp_path / "broken", {"validation": pairs, "test": pairs}, code)
    assert run_cli(["evaluate", str(tmp_path / "broken"), "--encoder", "bm25", "--task", "clones"]) == 1
    error = capsys.readouterr().err
    assert "1 of 2 pairs of validation name a program that is not there" in error
    assert len(error.strip().splitlines()) == 2
