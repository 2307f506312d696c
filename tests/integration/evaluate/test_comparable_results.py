"""Results of other settings, compared: by ``compare``, in the report, and in the picture of exits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli
from synthcode.pipelines.steps.report.scores import read_evaluations
from tests.support.datasets.retrieval_tables import write_dataset

QUICK = ("--resamples", "100")


def evaluate(*arguments: str | Path) -> int:
    return run_cli(["evaluate", *map(str, arguments), *QUICK, "--variant", "stripped"])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """BM25 on three languages, and something on two of them."""
    run = tmp_path_factory.mktemp("common") / "run"
    write_dataset(run / "dataset", 40)
    (run / "manifest.json").write_text('{"stages": {}}')
    assert evaluate(run / "dataset", "--encoder", "bm25", "--out", run / "evaluation" / "bm25") == 0
    return run


@pytest.fixture(scope="module")
def narrow(run: Path) -> Path:
    """Results of another encoder on two of the languages."""
    from synthcode.evaluation.retrieval.datasets import load_benchmark
    from synthcode.pipelines.steps.evaluate.evaluation import evaluate_if_stale
    from synthcode.pipelines.steps.evaluate.evaluation_input import Evaluation
    from tests.support.models.encoders import HashingEncoder

    benchmark = load_benchmark(run / "dataset").restricted([], ["go", "java"])
    evaluation = Evaluation(
        **{"benchmark": benchmark, "encoder": HashingEncoder(), "label": "hash", "variants": ("stripped",)},
        **{"folder": run / "evaluation" / "hash", "settings": {}, "store": run / "vectors", "baseline": None},
        **{"costs": False, "dataset_id": None, "resamples": 100, "device": "cpu"},
    )
    evaluate_if_stale(evaluation)
    return run / "evaluation" / "hash"


@pytest.mark.slow
def test_compare_takes_what_both_have_and_counts_the_rest(
    run: Path, narrow: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bm25 = run / "evaluation" / "bm25"
    capsys.readouterr()
    assert run_cli(["compare", str(bm25), str(narrow), "--json", *QUICK]) == 0
    printed = capsys.readouterr()
    # 27 problems of 40 have Go; 40 have Java, of which two share their program.
    assert {one["first"][2]: one["queries"] for one in json.loads(printed.out)} == {
        "code2code": 27 + 26,
        "text2code": 27 + 40,
    }
    lines = printed.err.splitlines()
    assert lines[0] == "compared on 120 common queries; left out are"
    assert lines[1] == f"  173 of 293 queries, 5 of 9 pairs of languages of {bm25}"
    assert lines[2] == f"  0 of 120 queries of {narrow}"
    assert run_cli(["compare", str(bm25), str(narrow), *QUICK]) == 0
    head = capsys.readouterr().out.splitlines()[0]
    assert "queries" in head
    assert "exit" not in head


def test_one_result_with_one_exit_is_refused(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bm25 = run / "evaluation" / "bm25"
    for options in ([], ["--json"]):
        capsys.readouterr()
        assert run_cli(["compare", str(bm25), *options, *QUICK]) == 1
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err.splitlines() == [
            f"error: {bm25} has only one exit: there is nothing to compare it with",
            "name a second result",
        ]


def test_the_report_compares_common_queries_only(run: Path, narrow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run_cli(["compare", str(run / "evaluation" / "bm25"), str(narrow), "--json", *QUICK]) == 0
    compared = {one["first"][2]: one["values"] for one in json.loads(capsys.readouterr().out)}
    (evaluation,) = read_evaluations(run / "evaluation")
    for score in evaluation.scores:
        expected = compared[score.setting.task][score.setting.encoder == "hash"]
        assert score.values["MRR@10"] == pytest.approx(expected, abs=1e-12)
        assert score.pairs == 2
    assert len(evaluation.notes) == 2
    assert "left out: 133 of 186 queries, 4 of 6 pairs of languages of bm25" in evaluation.notes[0]


@pytest.mark.slow
def test_settings_of_one_encoder_do_not_restrict_the_others(run: Path, tmp_path: Path) -> None:
    alone = tmp_path / "run"
    write_dataset(alone / "dataset", 40)
    (alone / "manifest.json").write_text('{"stages": {}}')
    assert evaluate(alone / "dataset", "--encoder", "bm25", "--task", "text2code") == 0
    assert evaluate(alone / "dataset", "--encoder", "bm25", "--task", "text2code", "--languages", "go") == 0
    (evaluation,) = read_evaluations(alone / "evaluation")
    assert [(score.setting.encoder, score.pairs) for score in evaluation.scores] == [("bm25", 3)]
    assert evaluation.notes == []


@pytest.mark.slow
def test_other_datasets_are_refused(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = write_dataset(tmp_path / "other", 6)
    assert evaluate(other, "--encoder", "bm25", "--out", tmp_path / "results") == 0
    capsys.readouterr()
    assert run_cli(["compare", str(run / "evaluation" / "bm25"), str(tmp_path / "results")]) == 1
    problem, fix = capsys.readouterr().err.splitlines()
    assert "of different datasets or splits" in problem
    assert fix == "evaluate all of them on the same dataset and split"


@pytest.mark.slow
def test_splits_are_not_mixed_in_the_report(tmp_path: Path) -> None:
    run = tmp_path / "run"
    for split in ("test", "validation"):
        write_dataset(run / "dataset", 6, split)
    (run / "manifest.json").write_text('{"stages": {}}')
    for split in ("test", "validation"):
        assert evaluate(run / "dataset", "--encoder", "bm25", "--task", "text2code", "--split", split) == 0
    datasets = [evaluation.dataset for evaluation in read_evaluations(run / "evaluation")]
    assert datasets == ["run/dataset, split test", "run/dataset, split validation"]
