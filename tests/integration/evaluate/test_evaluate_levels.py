"""'evaluate --require': verified programs only, and what it says of the others."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import synthcode
from synthcode.dataset.retrieval import QrelsMaker
from synthcode.evaluation.retrieval.ranks import read_ranks
from synthcode.pipelines.main import run_cli
from synthcode.pipelines.steps.report.scores import read_evaluations
from tests.support.datasets.retrieval_tables import tables, with_levels, write_dataset, write_tables
from tests.support.loopback.recorded_programs import MBXP
from tests.support.models.encoders import HashingEncoder
from tests.support.runs.small_run import make_tables, write_run

QUICK = ("--resamples", "100")
LITTLE = ("--variant", "stripped")
PROBLEMS = 12
LEVELS = {
    name: ("tested", "tested", "compiled", "syntax")[int(name[-3:]) % 4]
    for name in tables(PROBLEMS).programs["program_id"].to_pylist()
    if not name.startswith("python")
}
"""Java: 6 tested, 3 compiled, 3 syntax. Go: 4 tested, 2 compiled, 2 syntax."""


@pytest.fixture
def run(tmp_path: Path) -> Path:
    write_tables(tmp_path / "run" / "dataset", with_levels(tables(PROBLEMS), LEVELS))
    (tmp_path / "run" / "manifest.json").write_text('{"stages": {}}')
    return tmp_path / "run"


def evaluate(*arguments: str | Path) -> int:
    return run_cli(["evaluate", *map(str, arguments), *QUICK])


def only_tested(folder: Path) -> Path:
    """Write a dataset that has the tested programs only."""
    made = with_levels(tables(PROBLEMS), LEVELS)
    left = made.programs.filter(pc.fill_null(pc.equal(made.programs["verification"], "tested"), True))
    return write_tables(folder, made._replace(programs=left, qrels=QrelsMaker(["java-000"]).judge(left)))


@pytest.mark.slow
def test_scores_are_those_of_a_dataset_of_verified_programs(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(run / "dataset", "--encoder", "bm25", "--require", "tested", *LITTLE) == 0
    said = "10 of 20 translations are not tested and are left out: go 4 of 8, java 6 of 12"
    assert said in capsys.readouterr().err
    folder = run / "evaluation" / "bm25_require-tested_variant-stripped"
    assert said in (folder / "tables.md").read_text()
    facts = json.loads((folder / "results.json").read_text())
    assert facts["settings"] == {"require": "tested", "variant": "stripped"}
    assert facts["requirement"]["left_out"] == {"go": 4, "java": 6}
    assert evaluate(run / "dataset", "--encoder", "bm25", "--require", "tested", *LITTLE) == 0
    assert "unchanged, nothing to do" in capsys.readouterr().err

    written = read_ranks(folder)
    for dataset, require in ((only_tested(tmp_path / "oracle"), None), (run, "tested")):
        assert synthcode.evaluate(dataset, "bm25", variants=["stripped"], require=require).ranks.equals(written)
    assert not synthcode.evaluate(run, "bm25", variants=["stripped"]).ranks.equals(written)
    task = synthcode.load_task(run, "java", "go", require="tested")
    assert sorted(task.corpus) == ["java-000", "java-004", "java-005", "java-008", "java-009"]
    assert sorted(task.queries) == ["go-000", "go-001", "go-004", "go-009"]


def test_a_level_needs_no_vectors_of_its_own(run: Path, tmp_path: Path) -> None:
    encoder = HashingEncoder()
    synthcode.evaluate(run, encoder, store=tmp_path)
    codes = set(tables(PROBLEMS).programs["code_stripped"].to_pylist())
    first = [text for text, _ in encoder.encoded]
    assert codes & set(first)
    synthcode.evaluate(run, encoder, store=tmp_path, require="compiled", languages=["java", "python"])
    assert not codes & {text for text, _ in encoder.encoded[len(first) :]}


def test_a_baseline_of_another_level_is_refused(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate(run / "dataset", "--encoder", "bm25", *LITTLE, "--task", "text2code") == 0
    whole = run / "evaluation" / "bm25_task-text2code_variant-stripped"
    given = (run / "dataset", "--encoder", "bm25", *LITTLE, "--task", "text2code", "--baseline", whole)
    capsys.readouterr()
    assert evaluate(*given, "--require", "tested") == 1
    assert "is of translations that are verified to any level" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--require", "tested", "--languages", "rust"), "has no rust"),
        (("--require", "tested", "--split", "train"), "has no split 'train'"),
        (("--require", "tested", "--dataset-id", "a/b"), "--dataset-id reports scores of a whole dataset"),
        (("--require", "proven"), "Invalid value for '--require'"),
    ],
)
def test_what_cannot_be_scored_is_refused(
    run: Path, arguments: tuple[str, ...], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(run / "dataset", "--encoder", "bm25", *arguments) in (1, 2)
    assert problem in capsys.readouterr().err
    assert not list(run.glob("evaluation/*/results.json"))


def test_an_empty_rest_and_a_dataset_without_levels_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    below = write_tables(tmp_path / "one", with_levels(tables(4), dict.fromkeys(LEVELS, "syntax")))
    for dataset, problem in (
        ((below,), "no translation of split 'test' is tested"),
        ((write_dataset(tmp_path / "two", 4),), "its programs have no levels of verification"),
        (("--from", "mbxp", "--path", MBXP), "a published benchmark (mbxp) has no levels"),
    ):
        assert evaluate(*dataset, "--encoder", "bm25", "--require", "tested", "--out", tmp_path / "out") == 1
        line, fix = capsys.readouterr().err.splitlines()
        assert line.startswith("error: ")
        assert problem in line
        assert "level" in fix
    assert not (tmp_path / "out" / "results.json").exists()


def section(text: str, heading: str) -> list[list[str]]:
    """Return the cells of all table rows below a heading."""
    below = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in below.splitlines() if "---" not in line]


@pytest.mark.slow
def test_levels_are_compared_on_their_common_queries(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = (run / "dataset", "--encoder", "bm25", *LITTLE, "--task", "text2code")
    assert evaluate(*given) == 0
    folder = run / "evaluation" / "bm25_task-text2code_variant-stripped"
    rows = section((folder / "tables.md").read_text(), "By level of verification")
    own = {row[0]: row[2].split()[0] for row in rows if len(row) == 3}
    assert list(own) == ["level", "all programs", "compiled or higher", "tested"]
    common = {row[2]: row for row in rows if row[:2] == ["text2code", "stripped"]}
    # Twelve queries search Python, six Java and four Go, with whatever level.
    assert {name: row[4:7] for name, row in common.items()} == {
        "all programs": ["22", "11", "8 to 12"],
        "compiled or higher": ["22", "11", "6 to 12"],
        "tested": ["22", "11", "4 to 12"],
    }
    assert common["all programs"][8] == ""
    for level in ("tested", "compiled"):
        assert evaluate(*given, "--require", level) == 0
        facts = json.loads(
            (folder.with_name(f"bm25_task-text2code_require-{level}_variant-stripped") / "results.json").read_text()
        )
        name = "tested" if level == "tested" else "compiled or higher"
        assert own[name] == f"{facts['scores'][0]['value']:.3f}"
    stored = (folder / "ranks_by_level.parquet").read_bytes()
    capsys.readouterr()
    assert evaluate(*given, "--label", "words") == 0
    assert "are kept" in capsys.readouterr().err
    (folder / "ranks_by_level.parquet").write_bytes(stored[:-9])
    assert evaluate(*given, "--label", "bm25") == 0
    assert (folder / "ranks_by_level.parquet").read_bytes() == stored
    assert evaluate(*given, "--no-by-level") == 0
    assert not (folder / "ranks_by_level.parquet").exists()
    assert "By level" not in (folder / "tables.md").read_text()


@pytest.mark.slow
def test_the_report_compares_levels(tmp_path: Path) -> None:
    made = make_tables()
    for split in ("train", "validation", "test"):
        programs = made["programs", split]
        levels = {
            row["program_id"]: "tested" if number % 4 == 1 else "syntax"
            for number, row in enumerate(programs.to_pylist())
            if row["origin"] == "translation"
        }
        rows = [{**row, "verification": levels.get(row["program_id"])} for row in programs.to_pylist()]
        made["programs", split] = pa.Table.from_pylist(rows, programs.schema)
    run = write_run(tmp_path / "run", made)
    assert evaluate(run / "dataset", "--encoder", "bm25", *LITTLE) == 0
    assert evaluate(run / "dataset", "--encoder", "bm25", *LITTLE, "--require", "tested") == 0
    (evaluation,) = read_evaluations(run / "evaluation")
    # Two problems, one of which has a tested translation. The results of that level do not restrict the others.
    assert [score.queries for score in evaluation.scores] == [2, 4]
    assert [
        (line.level, task, line.score.queries, line.score.documents)
        for task, variants in evaluation.level_tables().items()
        for line in variants["stripped"]
    ] == [
        ("all programs", "code2code", 1, "2"),
        ("tested", "code2code", 1, "1"),
        ("all programs", "text2code", 3, "2"),
        ("tested", "text2code", 3, "1 to 2"),
    ]
    assert run_cli(["report", str(run)]) == 0
    assert "Code to code, by level of verification" in (run / "report.html").read_text()
