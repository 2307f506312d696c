"""The whole command on published benchmarks of clones and classification."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli
from tests.support.datasets.published_files import clone_pairs, write_bigclonebench, write_devign, write_poj104
from tests.support.models.minilm import minilm_folder


def evaluate(*arguments: str | Path) -> int:
    return run_cli(["evaluate", *map(str, arguments)])


@pytest.mark.slow
def test_bigclonebench_by_exits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = write_bigclonebench(tmp_path / "bcb"), tmp_path / "out"
    command = ("--from", "bigclonebench", "--path", folder, "--encoder", f"exits:{minilm_folder()}@2,6", "--out", out)
    assert evaluate(*command, "--no-costs") == 0
    printed = capsys.readouterr()
    assert "exit 2" in printed.out
    assert "93 % are mislabelled" in printed.err
    assert "do not compare with fine-tuned scores" in printed.err
    with (out / "metrics.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert {row["exit"] for row in rows} == {"2", "6"}
    assert {row["metric"] for row in rows} >= {"F1", "F1_oracle", "AP", "ROC-AUC"}
    assert {(row["task"], row["variant"], row["corpus_language"]) for row in rows} == {("clones", "raw", "java")}
    with_interval = [row for row in rows if not row["metric"].endswith("_oracle")]
    assert with_interval != rows
    assert all(0 <= float(row["lo"]) <= float(row["value"]) <= float(row["hi"]) <= 1 for row in with_interval)
    facts = json.loads((out / "results.json").read_text())
    assert all(entry["frozen"] for entry in facts["scores"])
    assert set(facts["scores"][0]["chosen"]) == {"threshold", "threshold_oracle"}
    assert any("93 % are mislabelled" in warning for warning in facts["warnings"])
    tables = (out / "tables.md").read_text()
    assert "Frozen vectors: the encoder was not trained on this benchmark." in tables
    assert evaluate(*command, "--no-costs") == 0
    again = capsys.readouterr()
    assert "unchanged, nothing to do" in again.err
    assert again.out == printed.out


def test_devign_and_poj104_with_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, folder in (("devign", write_devign(tmp_path / "d")), ("poj104", write_poj104(tmp_path / "p"))):
        out = tmp_path / f"{name}-bm25"
        assert evaluate("--from", name, "--path", folder, "--encoder", "bm25", "--out", out) == 0
        metric = {"devign": "accuracy_knn", "poj104": "MAP@R"}[name]
        assert metric in capsys.readouterr().out
        assert metric in (out / "tables.md").read_text()


@pytest.mark.parametrize(
    ("pairs", "problem"),
    [
        ([*clone_pairs(20), ("1", "999", 1)], "1 of 49 pairs of test name a program that is not there"),
        ([("1", "2", 0)], "all 1 pairs of test are labelled 0"),
    ],
)
def test_broken_files_end_in_two_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], pairs: list[tuple[str, str, int]], problem: str
) -> None:
    folder = write_bigclonebench(tmp_path / "bcb", test=pairs)
    out = tmp_path / "out"
    assert evaluate("--from", "bigclonebench", "--path", folder, "--encoder", "bm25", "--out", out) == 1
    lines = capsys.readouterr().err.splitlines()
    assert problem in lines[-2]
    assert lines[-2].startswith("error: ")
    assert not (out / "results.json").exists()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--from", "devign", "--path", ".", "--limit", "5"], "--limit is for retrieval"),
        (["--from", "devign"], "missing option '--path'"),
        (["--from", "devign", "--path", ".", "--task", "text2code"], "devign has no task text2code"),
        (
            ["--from", "mbxp", "--path", ".", "--task", "classification"],
            "--task classification scores --from bigclonebench|poj104|devign|table",
        ),
        (["runs/x", "--task", "classification", "--column", "code=x"], "--column means nothing"),
        (["--from", "mbxp", "--path", ".", "--column", "code=x"], "--column is for --task clones or classification"),
    ],
)
def test_wrong_use(arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate(*arguments, "--encoder", "bm25") == 2
    assert problem in capsys.readouterr().err
