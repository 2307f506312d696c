"""Results of different settings: each has a folder of its own, and says how much it rests on."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli
from tests.support.datasets.retrieval_tables import write_dataset
from tests.support.loopback.recorded_programs import MBXP
from tests.support.models.minilm import minilm_folder
from tests.support.services.embeddings_server import MODEL, embeddings_server

QUICK = ("--resamples", "100")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    write_dataset(tmp_path / "run" / "dataset", 6)
    (tmp_path / "run" / "manifest.json").write_text('{"stages": {}}')
    return tmp_path / "run"


def evaluate(*arguments: str | Path) -> int:
    return run_cli(["evaluate", *map(str, arguments), *QUICK])


def folders(run: Path) -> set[str]:
    return {path.parent.name for path in run.glob("evaluation/*/metrics.csv")}


def metrics(folder: Path) -> list[dict[str, str]]:
    with (folder / "metrics.csv").open() as stream:
        return list(csv.DictReader(stream))


@pytest.mark.slow
def test_other_settings_have_a_folder_of_their_own(run: Path) -> None:
    assert evaluate(run / "dataset", "--encoder", "bm25", "--task", "text2code") == 0
    chosen = run / "evaluation" / "bm25_task-text2code"
    before = metrics(chosen)
    assert evaluate(run / "dataset", "--encoder", "bm25", "--languages", "java,go", "--variant", "raw") == 0
    # Naming everything there is makes no difference.
    assert evaluate(run / "dataset", "--encoder", "bm25", "--languages", "java,go,python") == 0
    assert folders(run) == {"bm25", "bm25_task-text2code", "bm25_languages-go,java_variant-raw"}
    assert metrics(chosen) == before


@pytest.mark.slow
def test_settings_share_the_vectors_of_an_encoder(run: Path) -> None:
    with embeddings_server() as server:
        given = (run / "dataset", "--encoder", f"openai:{MODEL}", "--base-url", server.base_url)
        assert evaluate(*given, "--task", "text2code", "--variant", "stripped") == 0
        encoded = server.texts.copy()
        assert evaluate(*given, "--task", "text2code", "--variant", "stripped", "--languages", "go") == 0
        assert server.texts == encoded


@pytest.mark.slow
def test_limits_of_a_published_benchmark_lie_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given = ("--from", "mbxp", "--path", MBXP, "--languages", "java,php", "--encoder", "bm25")
    for limit in ("5", "6"):
        assert evaluate(*given, "--limit", limit, "--variant", "stripped") == 0
    found = sorted(path.parent.name for path in Path("results/mbxp").glob("*/metrics.csv"))
    assert found == [f"bm25_languages-java,php_limit-{limit}_variant-stripped" for limit in (5, 6)]


@pytest.mark.slow
def test_results_of_another_place_with_the_same_name_are_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for place, problems in (("one", 6), ("two", 9)):
        write_dataset(tmp_path / place / "pairs", problems)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    Path("pairs").symlink_to(tmp_path / "one" / "pairs")
    assert evaluate("pairs", "--encoder", "bm25") == 0
    before = metrics(Path("results/pairs/bm25"))
    Path("pairs").unlink()
    Path("pairs").symlink_to(tmp_path / "two" / "pairs")
    capsys.readouterr()
    assert evaluate("pairs", "--encoder", "bm25") == 1
    folder = Path("results/pairs/bm25")
    assert capsys.readouterr().err.splitlines() == [
        f"error: {folder} holds results of other settings: dataset pairs",
        "give --out for another folder, or --force to replace them",
    ]
    assert metrics(folder) == before
    assert evaluate("pairs", "--encoder", "bm25", "--force") == 0
    assert "replacing results of other settings" in capsys.readouterr().err
    assert metrics(folder) != before


@pytest.mark.slow
def test_a_run_that_was_moved_or_built_again_keeps_its_folder(run: Path, tmp_path: Path) -> None:
    assert evaluate(run / "dataset", "--encoder", "bm25") == 0
    moved = run.rename(tmp_path / "moved")
    write_dataset(moved / "dataset", 9)
    assert evaluate(moved / "dataset", "--encoder", "bm25") == 0
    assert folders(moved) == {"bm25"}


def test_little_evidence_is_said_everywhere(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate(run / "dataset", "--encoder", "bm25") == 0
    printed = capsys.readouterr()
    assert printed.out.split("\n")[0].split() == [
        *("task", "variant", "exit", "MRR@10", "(95", "%)", "pairs", "queries", "problems", "documents")
    ]
    # Problems 0 and 1 are one: they share a cluster. Six have Python, five different Java, four Go programs.
    assert "text2code stripped" in printed.out
    line = next(line for line in printed.out.splitlines() if line.startswith("text2code stripped"))
    assert line.split()[-6:] == ["3", "16", "5", "4", "to", "6"]
    assert "warning: Only 5 problems" in printed.err
    assert "warning: Only 4 documents to search" in printed.err
    folder = run / "evaluation" / "bm25"
    tables = (folder / "tables.md").read_text()
    assert "> **Warning.** Only 5 problems" in tables
    assert "| text2code | stripped | 3 | 16 | 5 | 4 to 6 |" in tables
    assert "What encoding took" not in tables
    facts = json.loads((folder / "results.json").read_text())
    assert len(facts["warnings"]) == 2
    score = next(one for one in facts["scores"] if (one["task"], one["variant"]) == ("text2code", "stripped"))
    assert (score["queries"], score["problems"], score["documents"]) == (16, 5, [4, 6])
    assert "5 problems" in (folder / "plots" / "heatmap.svg").read_text()
    assert {row["documents"] for row in metrics(folder) if row["corpus_language"] == "go"} == {"4"}


def test_a_label_is_the_encoder_s_name(run: Path) -> None:
    assert evaluate(run / "dataset", "--encoder", "bm25", "--label", "BM25 of pieces") == 0
    folder = run / "evaluation" / "bm25"
    assert {row["encoder"] for row in metrics(folder)} == {"BM25 of pieces"}
    assert (folder / "tables.md").read_text().startswith("# BM25 of pieces\n")
    assert json.loads((folder / "results.json").read_text())["encoder"] == "BM25 of pieces"


@pytest.mark.slow
def test_no_file_shows_where_the_user_keeps_models(run: Path) -> None:
    encoder = f"st:{minilm_folder()}"
    assert evaluate(run / "dataset", "--encoder", encoder) == 0
    (folder,) = (path.parent for path in run.glob("evaluation/*/metrics.csv"))
    short = "/".join(minilm_folder().parts[-2:])
    assert {row["encoder"] for row in metrics(folder)} == {f"st:{short}"}
    for file in (path for path in folder.rglob("*") if path.suffix in (".csv", ".json", ".md", ".svg", ".yaml")):
        assert str(minilm_folder().parents[1]) not in file.read_text(), file
        assert str(run.parent) not in file.read_text(), file


@pytest.mark.slow
def test_a_model_that_was_changed_by_the_same_name_is_scored_anew(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = run / "evaluation" / f"openai-{MODEL}"
    with embeddings_server() as server:
        given = (run / "dataset", "--encoder", f"openai:{MODEL}", "--base-url", server.base_url, "--task", "code2code")
        given = (*given, "--variant", "stripped", "--out", folder)
        assert evaluate(*given) == 0
        texts, first = server.texts.total(), json.loads((folder / "results.json").read_text())
        assert evaluate(*given) == 0
        assert "unchanged, nothing to do" in capsys.readouterr().err
        server.turn = 7
        assert evaluate(*given) == 0
        assert f"the model of openai:{MODEL} was changed" in capsys.readouterr().err
        assert server.texts.total() == 2 * texts
        assert json.loads((folder / "results.json").read_text())["identity"] == f"{first['identity']}-2"
        # Changed back, it has its vectors still.
        server.turn = 0
        assert evaluate(*given) == 0
        assert server.texts.total() == 2 * texts
        assert json.loads((folder / "results.json").read_text())["scores"] == first["scores"]
        assert evaluate(*given, "--force") == 0
        assert server.texts.total() == 2 * texts
        assert evaluate(*given, "--fresh") == 0
        assert server.texts.total() == 3 * texts
        assert server.probes == 6 + 3  # three of the runs encoded, and probed again at the end
