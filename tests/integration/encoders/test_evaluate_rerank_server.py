"""``rerank:MODEL --base-url``: every form of rerank endpoint, and every way in which a server fails."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli
from tests.support.datasets.retrieval_tables import write_dataset
from tests.support.services.rerank_server import MODEL, RerankServer, rerank_server

RUN = "import sys; from synthcode.pipelines.main import run_cli; sys.exit(run_cli(sys.argv[1:]))"


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("benchmark") / "dataset", 12)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[RerankServer]:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-of-the-tests")
    with rerank_server() as state:
        yield state


def arguments(dataset: Path, server: RerankServer, out: Path, *more: str, model: str = MODEL) -> list[str]:
    spec = ["evaluate", str(dataset), "--encoder", f"rerank:{model}", "--base-url", server.base_url]
    given = ["--first", "bm25", "--top", "8", "--out", str(out), "--task", "text2code", "--variant", "stripped"]
    return [*spec, *given, "--resamples", "100", *more]


def ranks(folder: Path) -> bytes:
    return (folder / "ranks.parquet").read_bytes()


@pytest.fixture(scope="module")
def expected(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    out = tmp_path_factory.mktemp("expected")
    with rerank_server() as server:
        assert run_cli(arguments(dataset, server, out)) == 0
    return ranks(out)


@pytest.mark.slow
def test_a_server_that_fails_midway_loses_nothing(
    dataset: Path, server: RerankServer, tmp_path: Path, expected: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    server.fail_after, server.failure = 80, (401, {"error": {"message": "bad key sk-secret-of-the-tests"}})
    assert run_cli(arguments(dataset, server, tmp_path)) == 1
    said = capsys.readouterr().err.splitlines()
    assert "gave no scores of 'judge': HTTP 401: bad key" in said[-2]
    assert said[-1] == "set the right key in OPENAI_API_KEY"
    assert "sk-secret" not in "".join(said)
    assert not (tmp_path / "results.json").exists()
    assert server.pairs.total() >= 80
    server.fail_after = None
    assert run_cli(arguments(dataset, server, tmp_path)) == 0
    assert set(server.pairs.values()) == {1}
    assert ranks(tmp_path) == expected


@pytest.mark.slow
def test_a_server_that_dies_midway_loses_nothing(
    dataset: Path,
    server: RerankServer,
    tmp_path: Path,
    expected: bytes,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("synthcode.evaluation.encoders.endpoints.endpoint.RETRIES", 0)
    server.fail_after, server.failure = 80, (0, None)
    assert run_cli(arguments(dataset, server, tmp_path)) == 1
    problem, fix = capsys.readouterr().err.splitlines()[-2:]
    assert "gave no scores of 'judge'" in problem
    assert fix == "start the server, or give its address with --base-url"
    assert not (tmp_path / "results.json").exists()
    server.fail_after = None
    assert run_cli(arguments(dataset, server, tmp_path)) == 0
    assert set(server.pairs.values()) == {1}
    assert ranks(tmp_path) == expected


@pytest.mark.slow
def test_a_killed_run_scores_no_pair_twice(
    dataset: Path, server: RerankServer, tmp_path: Path, expected: bytes
) -> None:
    server.hold_after = 80
    process = subprocess.Popen([sys.executable, "-c", RUN, *arguments(dataset, server, tmp_path)])
    assert server.holding.wait(500)
    # All requests in flight are held back by now, or were answered before; wait until what was answered is stored.
    store = next(tmp_path.glob("embeddings/*/pair_scores.sqlite"))
    answered = len(server.pairs)
    wait_for_scores(store, answered)
    process.send_signal(signal.SIGKILL)
    process.wait()
    server.hold_after = None
    assert run_cli(arguments(dataset, server, tmp_path)) == 0
    assert set(server.pairs.values()) == {1}
    assert len(server.pairs) > answered
    assert ranks(tmp_path) == expected


def wait_for_scores(store: Path, number: int) -> None:
    import sqlite3
    import time
    from contextlib import closing

    deadline = time.monotonic() + 500
    with closing(sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)) as connection:
        while connection.execute("SELECT COUNT(*) FROM scores").fetchone()[0] < number:
            assert time.monotonic() < deadline


@pytest.mark.slow
def test_a_changed_model_scores_all_pairs_again_and_a_damaged_store_is_named(
    dataset: Path, server: RerankServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_cli(arguments(dataset, server, tmp_path)) == 0
    server.turn = 5.0
    assert run_cli(arguments(dataset, server, tmp_path, "--force")) == 0
    assert set(server.pairs.values()) == {2}
    server.turn = 0.0
    assert run_cli(arguments(dataset, server, tmp_path, "--force")) == 0
    assert set(server.pairs.values()) == {2}
    assert run_cli(arguments(dataset, server, tmp_path, "--fresh")) == 0
    assert set(server.pairs.values()) == {3}
    store = min(tmp_path.glob("embeddings/*/pair_scores.sqlite"))
    store.write_bytes(b"no database" * 1000)
    capsys.readouterr()
    assert run_cli(arguments(dataset, server, tmp_path, "--force")) == 1
    problem, fix = capsys.readouterr().err.splitlines()[-2:]
    assert "pair_scores.sqlite is damaged" in problem
    assert fix == "remove the file: its pairs are scored again"


def test_no_server_is_two_lines(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with rerank_server() as server:
        pass
    import synthcode.evaluation.encoders.endpoints.endpoint as endpoint

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(endpoint, "RETRIES", 0)
        assert run_cli(arguments(dataset, server, tmp_path)) == 1
    problem, fix = capsys.readouterr().err.splitlines()[-2:]
    assert "gave no scores of 'judge'" in problem
    assert fix == "start the server, or give its address with --base-url"
