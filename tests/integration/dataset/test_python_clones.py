"""Pairs of clones from Python: the same scores as the command line's, in memory or in a folder."""

from __future__ import annotations

import runpy
import shutil
import sys
from pathlib import Path

import pytest

import synthcode
from synthcode.pipelines.main import run_cli
from tests.support.models.encoders import HashingEncoder

EXAMPLE = Path(__file__).parents[3] / "examples" / "score_clones.py"


@pytest.fixture(scope="module")
def run(quickstart: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(quickstart, tmp_path_factory.mktemp("clones") / "run"))
    assert run_cli(["build", str(folder), "--clones"]) == 0
    return folder


@pytest.mark.slow
def test_scores_are_the_command_line_s_and_are_compared(run: Path, tmp_path: Path) -> None:
    command = ["evaluate", str(run), "--encoder", "bm25", "--task", "clones", "--out", str(tmp_path / "cli")]
    assert run_cli([*command, "--resamples", "100"]) == 0
    words = synthcode.evaluate_clones(run, "bm25", resamples=100)
    assert words.folder is None
    written = synthcode.evaluate_clones(str(run), "bm25", out=tmp_path / "api", resamples=100)
    assert written.means("F1") == words.means("F1")
    for name in ("metrics.csv", "pair_scores.parquet"):
        assert (tmp_path / "api" / name).read_bytes() == (tmp_path / "cli" / name).read_bytes()
    assert {one.difference.value for one in synthcode.compare(words, tmp_path / "cli", resamples=100)} == {0}
    assert {row["metric"] for row in words.means()} == {"AP"}
    assert set(words.dataframe()["query_language"]) > {"all", "java"}
    assert any("Only 4 problems" in warning for warning in words.warnings())


@pytest.mark.slow
def test_one_store_serves_both_tasks_and_exits_are_compared(run: Path, tmp_path: Path) -> None:
    encoder = HashingEncoder(exits=(4, 9))
    synthcode.evaluate(run, encoder, store=tmp_path, tasks=["code2code"])
    found = synthcode.evaluate_clones(run, encoder, store=tmp_path)
    table = synthcode.open_run(run).table("programs", columns=["code_stripped"])
    programs = set(table["code_stripped"].to_pylist())
    encoded = [text for text, _ in encoder.encoded if text in programs]
    assert len(encoded) == len(set(encoded)) > 50
    assert [(one.first.exit, one.second.exit) for one in synthcode.compare(found, resamples=100)] == [(4, 9)] * 2
    assert {row["exit"] for row in found.items.select(["exit"]).to_pylist()} == {4, 9}


@pytest.mark.slow
def test_what_is_wrong_has_a_problem_and_a_fix(run: Path, quickstart: Path) -> None:
    clones = synthcode.evaluate_clones(run, "bm25", variants=["stripped"], resamples=100)
    wrong = [
        (lambda: synthcode.evaluate(run, "bm25", tasks=["clones"]), "evaluate scores retrieval, not clones"),
        (lambda: synthcode.evaluate_clones(quickstart, "bm25"), "has no pairs of clones"),
        (lambda: synthcode.compare(clones, synthcode.evaluate(run, "bm25")), "different tasks"),
        (lambda: synthcode.compare(clones, clones, metric="AQ"), "no metric 'AQ'"),
        (lambda: clones.means("ROC_AUC"), r"no metric 'ROC_AUC' \(did you mean 'ROC-AUC'\?\)"),
    ]
    for attempt, problem in wrong:
        with pytest.raises(synthcode.SynthcodeError, match=problem) as refused:
            attempt()
        assert len(str(refused.value).splitlines()) == 2


@pytest.mark.slow
def test_the_example_runs(run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", [str(EXAMPLE), str(run)])
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    assert "against BM25, p = " in capsys.readouterr().out
