"""'compare' on results of clones and of published benchmarks."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from synthcode.evaluation.results.statistics import holm
from synthcode.pipelines.main import run_cli
from synthcode.pipelines.steps.report.scores import read_evaluations
from tests.support.datasets.published_files import write_bigclonebench, write_devign, write_poj104
from tests.support.models.encoders import HashingEncoder

EXITS, FOLDER = (
    "py:tests.integration.evaluate.test_compare_frozen:TWO_EXITS",
    "py-tests.integration.evaluate.test_compare_frozen-TWO_EXITS",
)
TWO_EXITS = HashingEncoder(exits=(2, 4))
QUICK = ("--resamples", "100")

# All of them compare what one evaluation of ten seconds leaves.
pytestmark = pytest.mark.slow


def compared(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> list[dict]:
    assert run_cli(["compare", *map(str, arguments), *QUICK, "--json"]) == 0
    found: list[dict] = json.loads(capsys.readouterr().out)
    return found


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    assert run_cli(["compare", *map(str, arguments), *QUICK]) == 1
    error = capsys.readouterr().err
    assert len(error.strip().splitlines()) == 2
    return error


def values(folder: Path) -> dict[tuple[int, str, str], float]:
    """Return the scores of all languages together, by exit, variant and metric."""
    rows = json.loads((folder / "results.json").read_text())["scores"]
    overall = [row for row in rows if row.get("query_language", "all") == "all"]
    return {(row["exit"], row["variant"], row["metric"]): row["value"] for row in overall}


@pytest.fixture(scope="module")
def evaluation(quickstart: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of two encoders on the clones of train, and of BM25 in retrieval."""
    run = Path(shutil.copytree(quickstart, tmp_path_factory.mktemp("compare") / "run"))
    assert run_cli(["build", str(run), "--clones"]) == 0
    options = ["--task", "clones", "--split", "train", *QUICK]
    for encoder in ("bm25", EXITS):
        assert run_cli(["evaluate", str(run), "--encoder", encoder, *options]) == 0
    narrow = ["--languages", "go,java,python", "--label", "narrow"]
    assert run_cli(["evaluate", str(run), "--encoder", EXITS, *options, *narrow]) == 0
    assert run_cli(["evaluate", str(run), "--encoder", "bm25", "--split", "train", *QUICK]) == 0
    return run / "evaluation"


def test_a_leaderboard_tells_exits_apart_as_compare_does(evaluation: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bm25, exits = (evaluation / f"{name}_task-clones_split-train" for name in ("bm25", FOLDER))
    options = ["--resamples", "200", "--json"]
    capsys.readouterr()
    assert run_cli(["leaderboard", str(bm25), str(exits), *options]) == 0
    tables = json.loads(capsys.readouterr().out)["tables"]
    found = []
    for folders in ((bm25, exits), (exits,)):
        assert run_cli(["compare", *map(str, folders), *options]) == 0
        found += json.loads(capsys.readouterr().out)
    assert [(table["task"], table["variant"], table["metric"]) for table in tables] == [
        ("clones", "stripped", "AP"),
        ("clones", "anonymous", "AP"),
    ]
    for table in tables:
        pairs = [one for one in found if one["first"][3] == table["variant"]]
        adjusted = dict(zip([_exits(one) for one in pairs], holm([one["p"] for one in pairs]), strict=True))
        assert {row["exit"]: row["bytes_per_vector"] for row in table["rows"]} == {0: None, 2: 256, 4: 256}
        best, *others = table["rows"]
        assert len(adjusted) == len(others) + 1 == 3
        for row in others:
            expected = adjusted[frozenset((best["exit"], row["exit"]))]
            # Where no flip reaches a difference, the leaderboard takes a bound that is smaller than one flip in all.
            assert row["p_holm"] == pytest.approx(expected) or row["p_holm"] < expected <= 3 / 201
        for row in table["rows"]:
            stored = values(bm25 if row["exit"] == 0 else exits)
            assert row["AP"] == pytest.approx(stored[row["exit"], table["variant"], "AP"], abs=1e-6)
            assert row["F1"] == pytest.approx(stored[row["exit"], table["variant"], "F1"], abs=1e-6)


def _exits(difference: dict) -> frozenset[int]:
    return frozenset((difference["first"][1], difference["second"][1]))


def test_a_leaderboard_of_several_tasks_has_tables_of_each(
    evaluation: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run_cli(["leaderboard", str(evaluation), "--metric", "F1", "--json", *QUICK]) == 0
    board = json.loads(capsys.readouterr().out)
    assert [(table["task"], table["metric"]) for table in board["tables"]] == [
        *[("text2code", "MRR@10")] * 2,
        *[("code2code", "MRR@10")] * 2,
        *[("clones", "F1")] * 2,
    ]
    assert any("are common to all. bm25 lacks" in note or "narrow" in str(note) for note in board["tables"][4]["notes"])
    assert run_cli(["leaderboard", str(evaluation), "--metric", "F2", *QUICK]) == 1
    assert "no metric 'F2'" in capsys.readouterr().err


def test_clones_by_exit(evaluation: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bm25 = evaluation / "bm25_task-clones_split-train"
    exits = evaluation / f"{FOLDER}_task-clones_split-train"
    capsys.readouterr()
    for metric in ("AP", "F1", "ROC-AUC_lexical"):
        found = compared(capsys, exits, bm25, "--metric", metric)
        assert {(one["first"][1], one["first"][3]) for one in found} == {
            (2, "stripped"),
            (4, "stripped"),
            (2, "anonymous"),
            (4, "anonymous"),
        }
        for one in found:
            (_, exit_, task, variant), (first, second) = one["first"], one["values"]
            assert task == "clones"
            assert first == pytest.approx(values(exits)[exit_, variant, metric], abs=1e-9)
            assert one["difference"][0] == pytest.approx(first - second, abs=1e-6)
            assert one["p"] <= one["p_holm"] <= 1
            assert one["items"] > one["problems"] > 5
    assert {(one["first"][1], one["second"][1]) for one in compared(capsys, exits)} == {(2, 4)}


def test_common_pairs_only_and_the_rest_is_counted(evaluation: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = evaluation / f"{FOLDER}_task-clones_split-train"
    narrow = evaluation / f"{FOLDER}_task-clones_languages-go,java,python_split-train"
    assert run_cli(["compare", str(whole), str(narrow), *QUICK]) == 0
    printed = capsys.readouterr()
    assert "pairs of" in printed.err
    assert "that the other result does not have" in printed.err
    assert "+0.000" in printed.out  # the same encoder on the same pairs


def test_other_tasks_datasets_and_damage_are_refused(
    evaluation: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clones, retrieval = evaluation / "bm25_task-clones_split-train", evaluation / "bm25_split-train"
    capsys.readouterr()
    error = refused(capsys, clones, retrieval)
    assert "bm25_task-clones_split-train of clones" in error
    assert "bm25_split-train of retrieval" in error
    assert "no metric 'ROC_AUC' in all of these results (did you mean 'ROC-AUC'?)" in refused(
        capsys, clones, "--metric", "ROC_AUC"
    )
    test = tmp_path / "test"
    command = ["evaluate", str(evaluation.parent), "--encoder", "bm25", "--task", "clones", "--out", str(test), *QUICK]
    assert run_cli(command) == 0
    capsys.readouterr()
    assert "the results are of different datasets or splits" in refused(capsys, clones, test)
    with (test / "pair_scores.parquet").open("r+b") as file:
        file.seek(300)
        file.write(b"xxxx")
    assert "pair_scores.parquet is damaged or was changed" in refused(capsys, test, test)
    (test / "pair_scores.parquet").unlink()
    assert "an earlier version wrote it" in refused(capsys, test, test)
    (test / "results.json").unlink()
    assert "holds no results" in refused(capsys, test, test)
    assert run_cli(command) == 0  # another run brings all of it back
    assert (test / "pair_scores.parquet").is_file()


def test_the_report_shows_the_scores_of_clones(evaluation: Path) -> None:
    bm25 = evaluation / "bm25_task-clones_split-train"
    [whole] = [one for one in read_evaluations(evaluation) if one.drawn_task == "clones"]
    scores = {(one.setting.encoder, one.setting.exit, one.setting.variant): one for one in whole.scores}
    assert {name for name, _, _ in scores} >= {"bm25", "narrow"}
    for variant in ("stripped", "anonymous"):
        for metric in ("AP", "F1", "AP_lexical"):
            assert scores["bm25", 0, variant].values[metric] == values(bm25)[0, variant, metric]
    assert whole.metrics[:3] == ["AP", "F1", "ROC-AUC"]
    assert whole.counts[1] == "pairs"
    assert any("not all encoders are scored on the same pairs" in note for note in whole.notes)
    assert run_cli(["report", str(evaluation.parent)]) == 0
    page = (evaluation.parent / "report.html").read_text()
    assert "<h3>Clones</h3>" in page
    assert "Frozen vectors: the encoders were not trained on this task." in page


def test_published_benchmarks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    default = {"devign": "accuracy_knn", "poj104": "MAP@R", "bigclonebench": "AP"}
    for name, write in (("devign", write_devign), ("poj104", write_poj104), ("bigclonebench", write_bigclonebench)):
        folder = write(tmp_path / name)
        for encoder, out in ((EXITS, "exits"), ("bm25", "bm25")):
            options = ["--path", str(folder), "--out", str(tmp_path / name / out), *QUICK]
            assert run_cli(["evaluate", "--from", name, "--encoder", encoder, *options]) == 0
        capsys.readouterr()
        found = compared(capsys, tmp_path / name / "exits", tmp_path / name / "bm25")
        assert {one["metric"] for one in found} == {default[name]}
        assert [one["first"][1] for one in found] == [2, 4]
        known = values(tmp_path / name / "exits")
        for one in found:
            assert one["values"][0] == pytest.approx(known[one["first"][1], "raw", one["metric"]], abs=1e-9)
    only_probed = compared(capsys, tmp_path / "devign" / "exits")
    assert {one["metric"] for one in only_probed} == {"accuracy_probe"}
    error = refused(capsys, tmp_path / "devign" / "exits", tmp_path / "poj104" / "exits")
    assert "different tasks" in error
