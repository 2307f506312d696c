"""Exports of clones, read back by what reads the benchmarks of the same layout: the same pairs, the same scores."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from synthcode.evaluation.classification.clones.dataset_clones import read_clones
from synthcode.evaluation.classification.published.benchmark import PublishedLabels, PublishedPairs
from synthcode.evaluation.classification.published.registry import read_published
from synthcode.pipelines.main import run_cli
from synthcode.pipelines.runs.reporter import SilentReporter
from synthcode.pipelines.steps.export.clones import export_clone_task
from synthcode.publishing.export.mteb import MTEB
from synthcode.schemas.tables import CODE_COLUMNS
from synthcode.storage.published import find_dataset
from tests.support.datasets.clone_dataset import Pair, write_clone_dataset
from tests.support.datasets.metrics_table import read_metrics

WORDS = ("sort list order", "read file line", "open socket port", "parse json tree")


def program(problem: int, language: str) -> str:
    return f"{language} {WORDS[problem % 4]} name{problem} x{problem * 7}"


def pairs(first: int) -> list[Pair]:
    found: list[Pair] = []
    for problem in range(first, first + 8):
        found.append((f"s-{problem}-java", f"s-{problem}-python", 1, "unverified"))
        found.append((f"s-{problem}-go", f"s-{problem}-python", 1, "unverified"))
        found.append((f"s-{problem}-java", f"s-{(problem + 1 - first) % 8 + first}-python", 0, "random"))
        found.append((f"s-{problem}-go!", f"s-{problem}-python", 0, "failed_translation"))
    return found


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    parts = {"train": pairs(0), "validation": pairs(10), "test": pairs(20)}
    names = {name for rows in parts.values() for row in rows for name in row[:2]}
    code = {name: program(int(name.split("-")[1]), name.split("-")[2]) for name in names}
    return write_clone_dataset(tmp_path / "dataset", parts, code)


def export(dataset: Path, layout: str, out: Path, *arguments: str) -> int:
    return run_cli(["export", str(dataset), "--format", layout, "--out", str(out), *arguments])


def test_bigclonebench_s_files_are_in_codexglue_s_form(dataset: Path, tmp_path: Path) -> None:
    assert export(dataset, "bigclonebench", tmp_path / "out") == 0
    rows = [json.loads(line) for line in (tmp_path / "out" / "data.jsonl").read_bytes().splitlines()]
    assert len(rows) == 3 * 8 * 4
    assert {tuple(row) for row in rows} == {("idx", "func")}
    lines = (tmp_path / "out" / "test.txt").read_text().splitlines()
    assert len(lines) == 32
    assert {line.count("\t") for line in lines} == {2}
    assert "s-20-java\ts-20-python\t1" in lines
    assert "s-20-go!\ts-20-python\t0" in lines
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *("data.jsonl", "train.txt", "valid.txt", "test.txt", "README.md", "export.json")
    }


def test_pairs_in_bigclonebench_s_files_are_those_of_the_dataset_with_the_same_scores(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(dataset, "bigclonebench", tmp_path / "out", "--variant", "anonymous") == 0
    assert "96 pairs of clones, anonymous code, train, validation, test" in capsys.readouterr().err
    read = read_published("bigclonebench", str(tmp_path / "out"))
    assert isinstance(read, PublishedPairs)
    expected = read_clones(find_dataset(dataset), ("train", "validation", "test"), ("anonymous",))
    assert (read.ids, read.texts) == (expected.ids, expected.texts["anonymous"])
    for split, part in expected.parts.items():
        assert all(map(np.array_equal, read.parts[split], part.rows))
    assert not [warning for warning in read.warnings if "mislabelled" in warning or "as published" in warning]
    usual = ["--encoder", "bm25", "--no-costs", "--resamples", "100", "--out"]
    assert run_cli(["evaluate", str(dataset), "--task", "clones", *usual, str(tmp_path / "a")]) == 0
    source = ["--from", "bigclonebench", "--path", str(tmp_path / "out")]
    assert run_cli(["evaluate", *source, *usual, str(tmp_path / "b")]) == 0
    own = {
        row["metric"]: row["value"]
        for row in read_metrics(tmp_path / "a")
        if (row["variant"], row["query_language"]) == ("anonymous", "all")
    }
    theirs = {row["metric"]: row["value"] for row in read_metrics(tmp_path / "b")}
    assert set(theirs) >= {"F1", "F1_oracle", "AP", "ROC-AUC", "precision", "recall"}
    assert {metric: own[metric] for metric in theirs} == pytest.approx(theirs, abs=1e-12)
    assert 0.2 < theirs["AP"] < 0.95, "scores that tell nothing"


def test_mteb_s_pairs_load_by_languages_and_all_together(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datasets import load_dataset

    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    assert MTEB.clones is not None
    (exported,) = export_clone_task(
        find_dataset(dataset), "mteb", MTEB.clones, "test", "stripped", tmp_path, SilentReporter()
    )
    assert exported.counts == {"go-python": 16, "java-python": 16}
    folder = tmp_path / "clones"
    matter = yaml.safe_load((folder / "README.md").read_text().split("---\n")[1])
    assert [config["config_name"] for config in matter["configs"]] == ["all", "go-python", "java-python"]
    every = load_dataset(str(folder), "all", split="test")
    assert every.column_names == ["sentence1", "sentence2", "labels"]
    expected = {
        (program(int(a.split("-")[1]), a.split("-")[2]), program(int(b.split("-")[1]), b.split("-")[2]), label)
        for a, b, label, _ in pairs(20)
    }
    assert {tuple(row.values()) for row in every} == expected
    assert len(every) == 32
    assert set(load_dataset(str(folder), "java-python", split="test")["labels"]) == {0, 1}


def test_a_subset_with_one_label_is_scored_with_the_others_only(tmp_path: Path) -> None:
    parts = {"test": [*pairs(20), ("s-20-go", "s-20-java", 1, "unverified")]}
    names = {name for row in parts["test"] for name in row[:2]}
    dataset = write_clone_dataset(tmp_path / "dataset", parts, {name: f"code of {name}" for name in names})
    assert MTEB.clones is not None
    arguments = ("mteb", MTEB.clones, "test", "stripped", tmp_path, SilentReporter())
    (exported,) = export_clone_task(find_dataset(dataset), *arguments)
    assert exported.counts == {"go-java": 1, "go-python": 16, "java-python": 16}
    assert exported.subsets == ("all", "go-python", "java-python")


def test_programs_in_poj104_s_files_are_labelled_by_problem(
    quickstart: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(quickstart, "poj104", tmp_path / "out", "--variant", "raw") == 0
    rows = {
        split: [json.loads(line) for line in (tmp_path / "out" / f"{name}.jsonl").read_bytes().splitlines()]
        for split, name in (("train", "train"), ("validation", "valid"), ("test", "test"))
    }
    assert {tuple(sorted(row)) for part in rows.values() for row in part} == {("code", "index", "label")}
    labels = [{int(row["label"]) for row in part} for part in rows.values()]
    assert sorted(label for part in labels for label in part) == list(range(1, 1 + sum(map(len, labels))))
    data = find_dataset(quickstart)
    for split, part in rows.items():
        programs = {
            row["program_id"]: row
            for table in data.batches("programs", split, ["program_id", "seed_id", CODE_COLUMNS["raw"]])
            for row in table.to_pylist()
        }
        seeds = {(row["label"], programs[row["index"]]["seed_id"]) for row in part}
        assert {programs[row["index"]]["code"] for row in part} == {row["code"] for row in part}
        assert len({seed for _, seed in seeds}) == len(seeds), "a seed has programs under two labels"
        assert min(sum(row["label"] == label for row in part) for label, _ in seeds) > 1
    read = read_published("poj104", str(tmp_path / "out"))
    assert isinstance(read, PublishedLabels)
    assert read.warnings == []
    source = ["--from", "poj104", "--path", str(tmp_path / "out"), "--encoder", "bm25", "--resamples", "100"]
    assert run_cli(["evaluate", *source, "--out", str(tmp_path / "scores")]) == 0
    (value,) = (row["value"] for row in read_metrics(tmp_path / "scores") if row["metric"] == "MAP@R")
    assert value > 0.5
    assert "as published" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("layout", "arguments", "code", "expected"),
    [
        ("bigclonebench", ["--split", "test"], 2, "--split is for the retrieval layouts: mteb, beir, coir"),
        ("bigclonebench", [], 1, "has no pairs of clones"),
        ("poj104", ["--split", "test"], 2, "poj104 gets all splits"),
    ],
)
def test_wrong_use_is_told_in_two_lines(
    quickstart: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    layout: str,
    arguments: list[str],
    code: int,
    expected: str,
) -> None:
    assert export(quickstart, layout, tmp_path / "out", *arguments) == code
    lines = capsys.readouterr().err.splitlines()
    assert expected in lines[0]
    assert len(lines) == 2
    assert not (tmp_path / "out").exists()


def test_an_id_with_a_blank_ends_in_two_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = {
        split: [("s 1-java", "s 1-python", 1, "unverified"), ("s 1-java", "s-2-python", 0, "random")]
        for split in ("validation", "test")
    }
    code = {name: name for name in ("s 1-java", "s 1-python", "s-2-python")}
    assert export(write_clone_dataset(tmp_path / "d", parts, code), "bigclonebench", tmp_path / "out") == 1
    assert "'s 1-java' has a blank in it" in capsys.readouterr().err
