"""'evaluate --task clones' on the quickstart's pairs."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from synthcode.pipelines.main import run_cli
from tests.support.datasets.clone_dataset import write_clone_dataset

WORDS = """
import os
import numpy as np

def vectors(texts):
    with open(os.environ["ENCODED"], "a") as file:
        file.write("\\0".join(texts) + "\\0")
    letters = "abcdefghijklmnopqrstuvwxyz(){};"
    return np.array([[text.count(letter) + 0.1 for letter in letters] for text in texts], dtype="float32")
"""


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
    without = {row["metric"] for row in rows if not row["lo"]}
    assert without == {row["metric"] for row in facts["scores"] if row["lo"] is None}
    assert without == {"precision_oracle", "recall_oracle", "F1_oracle"}
    assert f"| F1_oracle | {overall['F1_oracle']:.3f} |" in (folder / "tables.md").read_text()
    assert run_cli(["compare", str(folder), str(folder), "--metric", "F1_oracle"]) == 1
    assert "F1_oracle is not compared: its threshold was chosen on the pairs" in capsys.readouterr().err
    assert "AP by pair of languages" in (folder / "tables.md").read_text()
    assert run_cli(command) == 0
    assert "unchanged, nothing to do" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--task", "clones", "--dataset-id", "a/b"], "--dataset-id means nothing"),
        (["--task", "clones,retrieval", "--column", "code=x"], "--column means nothing"),
        (["--task", "clones,retrieval", "--baseline", "x"], "--baseline names results of one task"),
        (["--task", "clone"], "no task 'clone' (did you mean 'clones'?)"),
        (["--task", ","], "name at least one of retrieval"),
    ],
)
def test_options_that_contradict_each_other(run: Path, capsys, options: list[str], message: str) -> None:
    assert run_cli(["evaluate", str(run), "--encoder", "bm25", *options]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.slow
def test_two_tasks_encode_once_and_have_a_folder_each(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The function writes down what it encodes: no program is there twice, whatever the task."""
    (tmp_path / "words.py").write_text(WORDS)
    monkeypatch.setenv("ENCODED", str(tmp_path / "encoded"))
    monkeypatch.syspath_prepend(str(tmp_path))
    out = tmp_path / "out"
    options = ["--encoder", "py:words:vectors", "--variant", "stripped", "--resamples", "100", "--out", str(out)]
    assert run_cli(["evaluate", str(run), *options, "--task", "code2code,clones", "--json"]) == 0
    tasks = json.loads(capsys.readouterr().out)["tasks"]
    assert [one["task"] for one in tasks] == ["retrieval", "clones"]
    assert [Path(one["folder"]) for one in tasks] == [out / "retrieval", out / "clones"]
    assert {row["task"] for row in tasks[0]["scores"]} == {"code2code"}
    assert {row["task"] for row in tasks[1]["scores"]} == {"clones"}
    for name in ("retrieval", "clones"):
        assert (out / name / "results.json").is_file()
    programs = {
        row["code_stripped"]
        for file in (run / "dataset" / "data" / "programs").glob("*.parquet")
        for row in pq.read_table(file).to_pylist()
    }
    encoded = [text for text in (tmp_path / "encoded").read_text().split("\0") if text in programs]
    assert len(encoded) == len(set(encoded)) > 50


@pytest.mark.slow
def test_a_task_that_fails_is_named_and_those_before_it_are_kept(
    quickstart: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Path(shutil.copytree(quickstart, tmp_path / "run"))
    command = ["evaluate", str(run), "--encoder", "bm25", "--task", "retrieval,clones", "--json"]
    assert run_cli(command) == 1  # no pairs: that is known before anything is scored
    printed = capsys.readouterr()
    assert printed.out == ""
    assert not (run / "evaluation" / "bm25").exists()
    assert run_cli(["build", str(run), "--clones"]) == 0
    blocked = run / "evaluation" / "bm25_task-clones"
    blocked.parent.mkdir(parents=True, exist_ok=True)
    blocked.write_text("a file, where a folder should be")
    capsys.readouterr()
    assert run_cli(command) == 1
    printed = capsys.readouterr()
    first, second = json.loads(printed.out)["tasks"]
    assert first["scores"]
    assert "scores" not in second
    assert second["error"]["problem"]
    assert second["error"]["problem"] in printed.err
    assert (run / "evaluation" / "bm25" / "results.json").is_file()


def test_languages_restrict_the_pairs(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--task", "clones", "--languages", "go,java,python", "--split", "train", "--resamples", "100"]
    assert run_cli(["evaluate", str(run), "--encoder", "bm25", *options, "--json"]) == 0
    [task] = json.loads(capsys.readouterr().out)["tasks"]
    spoken = {row[side] for row in task["scores"] for side in ("query_language", "corpus_language")}
    assert spoken == {"all", "go", "java", "python"}
    assert task["folder"].endswith("bm25_task-clones_languages-go,java,python_split-train")


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
