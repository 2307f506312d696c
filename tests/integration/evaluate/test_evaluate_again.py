"""Existing results: of another run, of an interrupted run, damaged, or of another tool."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from synthcode.evaluation.results import comparison
from synthcode.pipelines.main import run_cli
from synthcode.pipelines.steps.evaluate import evaluation as scoring
from tests.support.datasets.retrieval_tables import write_dataset
from tests.support.models.mose_checkpoint import measure_short_texts, write_checkpoint

QUICK = ("--resamples", "100")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("benchmark") / "dataset")


@pytest.fixture(scope="module")
def mose(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"mose:{write_checkpoint(tmp_path_factory.mktemp('checkpoint') / 'mose', max_position_embeddings=128)}"


@pytest.fixture(autouse=True)
def short_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    measure_short_texts(monkeypatch)


def evaluate(dataset: Path, encoder: str, out: Path, *arguments: str | Path) -> int:
    return run_cli(["evaluate", str(dataset), "--encoder", encoder, "--out", str(out), *QUICK, *map(str, arguments)])


def variants(folder: Path) -> set[str]:
    with (folder / "metrics.csv").open() as stream:
        return {row["variant"] for row in csv.DictReader(stream)}


def picture(folder: Path) -> str:
    return (folder / "plots" / "pareto.svg").read_text()


def refusal(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    problem, fix = capsys.readouterr().err.splitlines()[-2:]
    return problem, fix


@pytest.mark.slow
def test_unchanged_results_are_printed_without_drawing_resamples(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(dataset, "bm25", tmp_path) == 0
    first = capsys.readouterr().out
    drawn: list[int] = []
    original = comparison.bootstrap_intervals
    monkeypatch.setattr(comparison, "bootstrap_intervals", lambda *given: drawn.append(1) or original(*given))
    assert evaluate(dataset, "bm25", tmp_path) == 0
    assert "(95 %)" in first
    assert capsys.readouterr().out == first
    assert not drawn
    assert evaluate(dataset, "bm25", tmp_path, "--force") == 0
    assert drawn
    assert capsys.readouterr().out == first


@pytest.mark.slow
def test_what_was_stopped_while_it_was_written_does_not_pass_for_what_was_there(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert evaluate(dataset, "bm25", tmp_path) == 0

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(scoring, "write_files", killed)
        assert evaluate(dataset, "bm25", tmp_path, "--variant", "raw") == 130
    assert evaluate(dataset, "bm25", tmp_path) == 0
    assert variants(tmp_path) == {"stripped", "anonymous"}
    assert pq.read_table(tmp_path / "ranks.parquet")["variant"].unique().to_pylist() == ["anonymous", "stripped"]


@pytest.mark.parametrize("damage", ["gone", "cut", "scrambled"])
def test_damaged_ranks_are_made_again(
    dataset: Path, tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(dataset, "bm25", tmp_path) == 0
    ranks = tmp_path / "ranks.parquet"
    whole = ranks.read_bytes()
    ranks.write_bytes(whole[:100] if damage == "cut" else whole[:4] + bytes(200) + whole[204:])
    if damage == "gone":
        ranks.unlink()
    capsys.readouterr()
    assert run_cli(["compare", str(tmp_path)]) == 1
    if damage != "gone":
        assert "is damaged" in (error := refusal(capsys))[0]
        assert error[1] == "run 'synthcode evaluate' again: vectors are kept"
    assert evaluate(dataset, "bm25", tmp_path) == 0
    assert ranks.read_bytes() == whole


def test_a_variant_given_twice_is_scored_once(dataset: Path, tmp_path: Path) -> None:
    assert evaluate(dataset, "bm25", tmp_path / "twice", "--variant", "raw", "--variant", "raw") == 0
    assert evaluate(dataset, "bm25", tmp_path / "once", "--variant", "raw") == 0
    once, twice = (pq.read_table(tmp_path / name / "ranks.parquet") for name in ("once", "twice"))
    assert twice.equals(once)


@pytest.mark.slow
def test_files_of_exits_and_costs_that_are_no_more_go(dataset: Path, mose: str, tmp_path: Path) -> None:
    assert evaluate(dataset, mose, tmp_path) == 0
    assert {"costs.csv", "plots"} <= {path.name for path in tmp_path.iterdir()}
    assert evaluate(dataset, mose, tmp_path, "--exits", "1", "--no-costs") == 0
    assert not (tmp_path / "costs.csv").exists()
    assert sorted(path.name for path in (tmp_path / "plots").iterdir()) == [
        "heatmap-exit-01.png",
        "heatmap-exit-01.svg",
    ]


@pytest.mark.slow
def test_a_baseline_that_came_later_is_drawn(dataset: Path, mose: str, tmp_path: Path) -> None:
    assert evaluate(dataset, mose, tmp_path / "mose") == 0
    assert "bm25" not in picture(tmp_path / "mose")
    # Next to these, but of fewer languages: its mean is another.
    assert evaluate(dataset, "bm25", tmp_path / "bm25", "--languages", "go,java") == 0
    assert evaluate(dataset, mose, tmp_path / "mose") == 0
    assert "bm25" not in picture(tmp_path / "mose")
    assert evaluate(dataset, "bm25", tmp_path / "bm25") == 0
    assert evaluate(dataset, mose, tmp_path / "mose") == 0
    assert "bm25" in picture(tmp_path / "mose")


@pytest.mark.slow
def test_a_baseline_is_of_the_same_queries(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = tmp_path / "line"
    assert evaluate(dataset, "bm25", line, "--languages", "go,java") == 0
    assert evaluate(dataset, "bm25", tmp_path / "all", "--baseline", line) == 1
    assert refusal(capsys) == (
        f"error: the baseline {line} has no anonymous code2code go python",
        "evaluate it with the same variants and languages",
    )
    other = write_dataset(tmp_path / "other", 6)
    assert evaluate(other, "bm25", tmp_path / "all", "--baseline", line) == 1
    problem, fix = refusal(capsys)
    assert (
        problem == f"error: the baseline {line} is of another dataset or split ({'/'.join(dataset.parts[-2:])}, test)"
    )
    assert fix == "evaluate it on the same dataset and split"
    (line / "results.json").unlink()
    assert evaluate(dataset, "bm25", tmp_path / "all", "--baseline", line) == 1
    assert refusal(capsys)[0] == f"error: the baseline {line} is not complete"


@pytest.mark.slow
def test_another_label_or_number_of_resamples_only_writes_the_tables_again(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(dataset, "bm25", tmp_path) == 0
    ranks = pq.read_table(tmp_path / "ranks.parquet")
    ranked: list[int] = []
    original = scoring.rank_parts
    monkeypatch.setattr(scoring, "rank_parts", lambda given: ranked.append(1) or original(given))
    capsys.readouterr()
    assert evaluate(dataset, "bm25", tmp_path, "--resamples", "300", "--label", "words") == 0
    kept = f"evaluate: the ranks in {tmp_path} are kept; tables and plots are written again"
    assert f"{kept}: label words (was bm25), resamples 300 (were 100)" in capsys.readouterr().err.splitlines()
    assert not ranked
    assert "(300 resamples)" in (tmp_path / "tables.md").read_text()
    written = pq.read_table(tmp_path / "ranks.parquet")
    assert written["encoder"].unique().to_pylist() == ["words"]
    assert written.drop_columns("encoder").equals(ranks.drop_columns("encoder"))
    assert evaluate(dataset, "bm25", tmp_path, "--resamples", "300", "--label", "words") == 0
    assert "unchanged, nothing to do" in capsys.readouterr().err
    # The same as if it were scored for the first time.
    assert evaluate(dataset, "bm25", tmp_path / "new", "--resamples", "300", "--label", "words") == 0
    assert (tmp_path / "new" / "metrics.csv").read_bytes() == (tmp_path / "metrics.csv").read_bytes()
    assert len(ranked) == 1
    assert evaluate(dataset, "bm25", tmp_path, "--resamples", "300", "--force") == 0
    assert len(ranked) == 2


@pytest.mark.slow
def test_damaged_ranks_are_not_kept_for_another_label(dataset: Path, tmp_path: Path) -> None:
    assert evaluate(dataset, "bm25", tmp_path) == 0
    ranks = tmp_path / "ranks.parquet"
    whole = pq.read_table(ranks)
    ranks.write_bytes(ranks.read_bytes()[:100])
    assert evaluate(dataset, "bm25", tmp_path, "--label", "words") == 0
    assert pq.read_table(ranks).drop_columns("encoder").equals(whole.drop_columns("encoder"))
