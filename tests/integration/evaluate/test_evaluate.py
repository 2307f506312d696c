"""The whole command: from a dataset on disk to what a paper prints."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from synthcode.evaluation.model_probe import PROBE_TEXTS
from synthcode.evaluation.retrieval import scoring
from synthcode.pipelines.main import run_cli
from synthcode.storage.manifest import EMPTY
from tests.support.datasets.retrieval_tables import write_dataset
from tests.support.loopback.recorded_programs import MBXP
from tests.support.models.minilm import minilm_folder
from tests.support.models.mose_checkpoint import measure_short_texts, write_checkpoint
from tests.support.services.embeddings_server import MODEL, EmbeddingsServer, embeddings_server

PROBLEMS = 60
SMALL_BATCHES = "from synthcode.evaluation.retrieval import scoring; scoring.BATCH_TEXTS = 32;"
RUN = "import sys; from synthcode.pipelines.main import run_cli; sys.exit(run_cli(sys.argv[1:]))"
MAP_OF_TEXTS = ("MAP", "text", "python")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("benchmark") / "dataset", PROBLEMS)


def evaluate(*arguments: str | Path) -> int:
    return run_cli(["evaluate", *map(str, arguments)])


def metrics(folder: Path) -> list[dict[str, str]]:
    return table(folder / "metrics.csv")


def table(path: Path) -> list[dict[str, str]]:
    with path.open() as stream:
        return list(csv.DictReader(stream))


def on_server(dataset: Path, out: Path, server: EmbeddingsServer) -> list[str]:
    return [str(dataset), "--encoder", f"openai:{MODEL}", "--base-url", server.base_url, "--out", str(out)]


def test_bm25_leaves_all_that_a_paper_needs(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate(dataset, "--encoder", "bm25", "--out", tmp_path) == 0
    assert "code2code" in capsys.readouterr().out
    rows = metrics(tmp_path)
    assert list(rows[0]) == [
        *("encoder", "exit", "task", "variant", "query_language", "corpus_language"),
        *("metric", "value", "lo", "hi", "n", "problems", "documents"),
    ]
    assert len(rows) == 2 * (3 + 6) * 6
    assert all(0 <= float(row["lo"]) <= float(row["value"]) <= float(row["hi"]) <= 1 for row in rows)
    assert {row["n"] for row in rows if row["query_language"] == "go"} == {"40"}
    # Forty problems have a Go program; two share their Java one, which is one query.
    asked = {"text": 60 + 60 + 40, "python": 60 + 40, "go": 40 + 40, "java": 59 + 39}
    assert pq.read_metadata(tmp_path / "ranks.parquet").num_rows == 2 * sum(asked.values())
    assert "## code2code, anonymous" in (tmp_path / "tables.md").read_text()
    assert sorted(path.name for path in (tmp_path / "plots").iterdir()) == ["heatmap.png", "heatmap.svg"]
    facts = json.loads((tmp_path / "results.json").read_text())
    assert facts["encoder"] == "bm25"
    task = tmp_path / "mteb" / "results" / "local__bm25" / facts["identity"] / "SynthcodeText2CodeAnonymous.json"
    assert len(json.loads(task.read_text())["scores"]["test"]) == 3
    assert not (tmp_path / ".eval_results").exists()


def test_a_dataset_on_the_hub_has_results_for_a_model_s_page(dataset: Path, tmp_path: Path) -> None:
    named = ("--dataset-id", "me/pairs", "--task", "text2code")
    assert evaluate(dataset, "--encoder", "bm25", "--out", tmp_path, *named) == 0
    (file,) = (tmp_path / ".eval_results").iterdir()
    entries = yaml.safe_load(file.read_text())
    assert {entry["dataset"]["id"] for entry in entries} == {"me/pairs"}
    assert len(entries) == 2 * 3


@pytest.mark.slow
def test_nothing_is_done_twice(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = (dataset, "--encoder", "bm25", "--out", tmp_path)
    assert evaluate(*arguments) == 0
    printed, written = capsys.readouterr().out, (tmp_path / "ranks.parquet").stat().st_mtime_ns
    assert evaluate(*arguments) == 0
    again = capsys.readouterr()
    assert again.out == printed
    assert again.err.startswith("evaluate: unchanged, nothing to do")
    assert (tmp_path / "ranks.parquet").stat().st_mtime_ns == written
    assert evaluate(*arguments, "--variant", "raw") == 0
    assert {row["variant"] for row in metrics(tmp_path)} == {"raw"}


def test_results_of_a_run_lie_in_the_run(tmp_path: Path) -> None:
    copy = write_dataset(tmp_path / "run" / "dataset", 4)
    (copy.parent / "manifest.json").write_text(EMPTY)
    assert evaluate(copy, "--encoder", "bm25", "--task", "text2code", "--languages", "go,java") == 0
    rows = metrics(copy.parent / "evaluation" / "bm25_task-text2code_languages-go,java")
    assert {(row["task"], row["corpus_language"]) for row in rows} == {("text2code", "go"), ("text2code", "java")}


@pytest.mark.slow
def test_results_of_other_datasets_lie_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    copy = write_dataset(tmp_path / "pairs", 4)
    # A recipe of the user's own makes no run directory of the folder that it lies in.
    (tmp_path / "recipe.yaml").touch()
    assert evaluate("pairs", "--encoder", "bm25") == 0
    assert metrics(Path("results/pairs/bm25"))
    (tmp_path / "manifest.json").write_text(EMPTY)
    (tmp_path / "data").symlink_to(copy / "data")
    assert evaluate(tmp_path, "--encoder", "bm25") == 0
    assert metrics(tmp_path / "evaluation" / "bm25")


@pytest.mark.slow
def test_a_server_encodes_each_text_once_through_faults(dataset: Path, tmp_path: Path) -> None:
    with embeddings_server() as server:
        server.fail_next = 2
        assert evaluate(*on_server(dataset, tmp_path, server)) == 0
        assert set(server.texts.values()) == {1}
        facts = json.loads((tmp_path / "results.json").read_text())
        assert facts["speed"]["texts"] == server.texts.total()
        assert facts["speed"]["tokens"] == 7 * server.texts.total()
        # Another variant needs only its own texts, though the results are of both.
        before = server.texts.total()
        assert evaluate(*on_server(dataset, tmp_path, server), "--variant", "raw", "--variant", "stripped") == 0
        assert set(server.texts.values()) == {1}
        assert server.texts.total() == before + 60 * 2 + 40 - 1


@pytest.mark.slow
def test_a_run_that_is_killed_while_encoding_encodes_nothing_twice(dataset: Path, tmp_path: Path) -> None:
    with embeddings_server() as server:
        server.hold_after = 2 * scoring.BATCH_TEXTS // 4
        command = [sys.executable, "-c", SMALL_BATCHES + RUN]
        process = subprocess.Popen([*command, "evaluate", *on_server(dataset, tmp_path, server)])
        assert server.holding.wait(500)
        process.send_signal(signal.SIGKILL)
        process.wait()
        first = server.texts.total()
        assert first == server.hold_after
        server.hold_after = None
        assert evaluate(*on_server(dataset, tmp_path, server)) == 0
        assert set(server.texts.values()) == {1}
        assert server.texts.total() > first


@pytest.mark.slow
def test_two_at_once_are_refused(dataset: Path, tmp_path: Path) -> None:
    with embeddings_server() as server:
        server.hold_after = 0
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, "evaluate", *on_server(dataset, tmp_path, server)], stderr=subprocess.PIPE
        )
        assert server.holding.wait(500)
        second = [sys.executable, "-c", RUN, "evaluate", *on_server(dataset, tmp_path, server)]
        refused = subprocess.run(second, capture_output=True, text=True)
        assert refused.returncode == 1
        assert f"pid {process.pid}" in refused.stderr
        process.kill()
        process.communicate()


@pytest.mark.slow
def test_what_a_server_refuses_is_told_in_two_lines(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with embeddings_server() as server:
        server.longest = 40
        assert evaluate(*on_server(dataset, tmp_path, server)) == 1
        problem, fix = capsys.readouterr().err.splitlines()[-2:]
        assert "maximum context length" in problem
        assert fix == "if a text is too long, give --max-tokens (vLLM cuts texts to it)"
        assert evaluate(*on_server(dataset, tmp_path, server), "--max-tokens", "5000") == 0
        capsys.readouterr()
        arguments = on_server(dataset, tmp_path / "other", server)
        arguments[2] = "openai:hush"
        assert evaluate(*arguments) == 1
        problem, fix = capsys.readouterr().err.splitlines()[-2:]
        assert "The model 'hush' does not exist." in problem
        assert fix == "name a model that the server has, as openai:MODEL"


@pytest.mark.slow
def test_every_exit_of_mose_is_scored_from_one_pass(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from synthcode.evaluation.mose.model import MoseModel

    passed = 0
    forward = MoseModel.forward

    def counting(self: MoseModel, ids, *arguments, **options):  # type: ignore[no-untyped-def]
        nonlocal passed
        passed += len(ids)
        return forward(self, ids, *arguments, **options)

    measure_short_texts(monkeypatch)
    monkeypatch.setattr(MoseModel, "forward", counting)
    folder = write_checkpoint(tmp_path / "mose", max_position_embeddings=128)
    assert evaluate(dataset, "--encoder", "bm25", "--out", tmp_path / "bm25") == 0
    arguments = (dataset, "--encoder", f"mose:{folder}", "--out", tmp_path / "results")
    assert evaluate(*arguments, "--no-costs") == 0
    texts = json.loads((tmp_path / "results" / "results.json").read_text())["speed"]["texts"]
    roles = 4  # texts, and programs in three languages: each is probed
    assert passed == texts + roles * len(PROBE_TEXTS)
    assert {row["exit"] for row in metrics(tmp_path / "results")} == {"1", "2", "4"}
    capsys.readouterr()
    assert evaluate(*arguments) == 0
    costs = table(tmp_path / "results" / "costs.csv")
    assert [row["exit"] for row in costs] == ["1", "2", "4"]
    assert all(float(row["latency_s"]) > 0 and float(row["flops_per_token"]) > 0 for row in costs)
    drawn = {path.name for path in (tmp_path / "results" / "plots").iterdir()}
    assert {"pareto.png", "pareto.svg", "heatmap-exit-01.png", "heatmap-exit-04.svg"} <= drawn
    assert "bm25" in (tmp_path / "results" / "plots" / "pareto.svg").read_text()
    tables = (tmp_path / "results" / "tables.md").read_text()
    assert "## What an exit loses, and what it saves" in tables
    assert "p (Holm)" in tables
    capsys.readouterr()
    assert run_cli(["compare", str(tmp_path / "results")]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2 + 2 * 4
    assert run_cli(["compare", str(tmp_path / "results"), str(tmp_path / "bm25"), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 3 * 4


@pytest.mark.slow
def test_exits_can_be_added_to_results(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path / "pairs", 6)
    folder = write_checkpoint(tmp_path / "mose", max_position_embeddings=128)
    arguments = (dataset, "--encoder", f"mose:{folder}", "--out", tmp_path / "results", "--no-costs")
    assert evaluate(*arguments, "--exits", "1,2") == 0
    assert {row["exit"] for row in metrics(tmp_path / "results")} == {"1", "2"}
    assert evaluate(*arguments) == 0
    assert {row["exit"] for row in metrics(tmp_path / "results")} == {"1", "2", "4"}


@pytest.mark.slow
def test_a_benchmark_is_scored_as_it_was_published(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--from", "mbxp", "--path", MBXP, "--limit", "40", "--encoder", "bm25")
    assert evaluate(*arguments, "--out", tmp_path) == 0
    assert "rows without a program: no_code" in capsys.readouterr().err
    rows = metrics(tmp_path)
    assert len({(row["query_language"], row["corpus_language"]) for row in rows}) == 9 + 72
    named = {
        row["variant"]: float(row["value"]) for row in rows if row["metric"] == "MAP" and row["task"] == "text2code"
    }
    assert named["stripped"] > named["anonymous"]


@pytest.mark.slow
def test_sentence_transformers_rank_as_they_encode(dataset: Path, tmp_path: Path) -> None:
    assert evaluate(dataset, "--encoder", f"st:{minilm_folder()}", "--out", tmp_path, "--max-tokens", "16") == 0
    speed = json.loads((tmp_path / "results.json").read_text())["speed"]
    assert 0 < speed["truncated_share"] < 1
    assert speed["tokens"] <= 16 * speed["texts"]
    values = [
        float(row["value"]) for row in metrics(tmp_path) if row["metric"] == "MRR@10" and row["variant"] == "stripped"
    ]
    assert min(values) > 0.5


def test_any_seed_adapter_can_read_a_published_benchmark(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = {"python": "def f(x):\n    return x + {}\n", "go": "func f(x int) int {{ return x + {} }}\n"}
    rows = [
        {"source_id": f"suite/{n}", "language": language, "text": f"Add {n} to x", "code": body.format(n)}
        for n in range(1, 6)
        for language, body in code.items()
    ]
    rows.append(rows[0] | {"code": "def g(x):\n    return 7\n"})
    table = tmp_path / "tasks.jsonl"
    table.write_text("".join(json.dumps(row) + "\n" for row in rows))
    given = ("--from", "table", "--path", str(table), "--encoder", "bm25", "--out", str(tmp_path / "out"))
    assert run_cli(["evaluate", *given]) == 0
    assert "rows without a program: duplicate_id 1" in capsys.readouterr().err
    cells = {
        (row["task"], row["query_language"], row["corpus_language"], row["n"]) for row in metrics(tmp_path / "out")
    }
    assert cells == {
        ("text2code", "text", "go", "5"),
        ("text2code", "text", "python", "5"),
        ("code2code", "go", "python", "5"),
        ("code2code", "python", "go", "5"),
    }
    assert run_cli(["evaluate", "--from", "mbpx", "--path", str(table), "--encoder", "bm25"]) == 1
    assert "no adapter 'mbpx' (did you mean 'mbxp'?)" in capsys.readouterr().err
