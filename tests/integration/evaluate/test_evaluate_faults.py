"""Servers that answer nonsense, disks that fill up, Ctrl-C: two lines, and nothing that was encoded is lost."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synthcode.pipelines.main import run_cli
from tests.support.datasets.retrieval_tables import write_dataset
from tests.support.runs.small_disks import on_small_disk
from tests.support.services.embeddings_server import MODEL, EmbeddingsServer, embeddings_server

SMALL_BATCHES = "from synthcode.evaluation.retrieval import scoring; scoring.BATCH_TEXTS = 32;"
RUN = SMALL_BATCHES + "import sys; from synthcode.pipelines.main import run_cli; sys.exit(run_cli(sys.argv[1:]))"


NOT_FINITE = "gave a vector that is not finite for 3 of 3 texts, the first for text 1: 'Add two numbers.'"


def arguments(dataset: Path, server: EmbeddingsServer, out: Path, store: Path | None = None) -> list[str]:
    kept = [] if store is None else ["--store", str(store)]
    named = ["--encoder", f"openai:{MODEL}", "--base-url", server.base_url, "--out", str(out)]
    return ["evaluate", str(dataset), *named, "--resamples", "100", *kept]


def each(change: Callable[[int, dict[str, Any]], dict[str, Any]]) -> Callable[[dict[str, Any]], Any]:
    return lambda answer: {**answer, "data": [change(place, row) for place, row in enumerate(answer["data"])]}


def with_vectors(vector: Callable[[int], object]) -> Callable[[dict[str, Any]], Any]:
    return each(lambda place, row: {**row, "embedding": vector(place)})


@pytest.mark.parametrize(
    ("distort", "problem"),
    [
        (lambda answer: [], "no list of embeddings in the answer: []"),
        (lambda answer: {"object": "list"}, "no list of embeddings in the answer: {"),
        (lambda answer: {**answer, "data": answer["data"][1:]}, "0 vectors for 1 text"),
        (lambda answer: {**answer, "data": 2 * answer["data"]}, "2 vectors for 1 text"),
        (with_vectors(lambda place: [0.5] * (4 + place % 2)), "text 2 of 3 has a vector of 5 numbers, text 1 one of 4"),
        (with_vectors(lambda place: []), "text 1 of 3 has a vector without numbers"),
        (with_vectors(lambda place: ["much"]), "could not convert string to float"),
        (
            with_vectors(lambda place: [float("nan"), 1.0]),
            NOT_FINITE,
        ),
        (
            with_vectors(lambda place: [1e300, 1e300]),
            NOT_FINITE,
        ),
    ],
)
def test_a_server_that_answers_nonsense_is_told_of_in_two_lines(
    distort: Callable[[dict[str, Any]], Any], problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = write_dataset(tmp_path / "dataset")
    with embeddings_server() as server:
        server.distort = distort
        assert run_cli(arguments(dataset, server, tmp_path / "out")) == 1
        printed, fix = capsys.readouterr().err.splitlines()[-2:]
        assert problem in printed
        assert "server" in fix
        assert not list(tmp_path.rglob("part-*"))


@pytest.mark.parametrize(
    ("vector", "problem"),
    [
        (lambda place: [float(place == 6)] * 64, "a zero vector for 71 of 74 texts, the first for text 1: "),
        (lambda place: [float("inf") if place == 4 else 1.0] * 64, "not finite for 3 of 74 texts, the first for text"),
        (lambda place: [1.0] * 63, "gave vectors of 63 numbers for 74 texts, and of 64 for others"),
    ],
)
def test_vectors_that_cannot_be_scored_are_never_stored(
    vector: Callable[[int], object], problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = write_dataset(tmp_path / "dataset")
    with embeddings_server() as server:
        server.distort, server.spares_probes = with_vectors(vector), True
        assert run_cli(arguments(dataset, server, tmp_path / "out")) == 1
        printed, fix = capsys.readouterr().err.splitlines()[-2:]
        assert problem in printed
        assert "server" in fix
        assert not list(tmp_path.rglob("part-*"))
        assert not (tmp_path / "out" / "metrics.csv").exists()


@pytest.mark.slow
def test_a_model_that_changes_while_it_encodes_leaves_no_vectors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = write_dataset(tmp_path / "dataset")
    with embeddings_server() as server:

        def changed(answer: dict[str, Any]) -> dict[str, Any]:
            server.turn = 7
            return answer

        server.distort, server.spares_probes = changed, True
        assert run_cli(arguments(dataset, server, tmp_path / "out")) == 1
        problem, fix = capsys.readouterr().err.splitlines()[-2:]
        assert "changed while its texts were encoded" in problem
        assert "run the same command again" in fix
        assert not list(tmp_path.rglob("part-*"))
        assert not (tmp_path / "out" / "metrics.csv").exists()
        server.distort = None
        assert run_cli(arguments(dataset, server, tmp_path / "out")) == 0


@pytest.mark.slow
def test_ctrl_c_stores_what_is_in_flight_and_goes_on_later(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path / "dataset", 60)
    with embeddings_server() as server:
        command = [sys.executable, "-c", RUN, *arguments(dataset, server, tmp_path / "out")]
        process: subprocess.Popen[str]

        def interrupt(answer: dict[str, Any]) -> dict[str, Any]:
            process.send_signal(signal.SIGINT)
            server.distort = None
            return answer

        server.distort, server.spares_probes = interrupt, True
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        _, printed = process.communicate(timeout=500)
        assert process.returncode == 130
        assert printed.splitlines()[-2:] == [
            "stopped; everything that was finished is stored",
            "run the same command again to go on",
        ]
        stored = server.texts.total()
        assert 0 < stored < 300
        assert not (tmp_path / "out" / "results.json").exists()
        assert run_cli(arguments(dataset, server, tmp_path / "out")) == 0
        assert set(server.texts.values()) == {1}


@pytest.mark.slow
def test_two_runs_share_a_store_unless_they_are_of_the_same_encoder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = write_dataset(tmp_path / "dataset")
    store = tmp_path / "store"
    with embeddings_server() as server, embeddings_server() as other:
        server.hold_after = 0
        command = [sys.executable, "-c", RUN, *arguments(dataset, server, tmp_path / "first", store)]
        process = subprocess.Popen(command, stderr=subprocess.PIPE)
        assert server.holding.wait(500)
        assert run_cli(arguments(dataset, server, tmp_path / "second", store)) == 1
        assert f"pid {process.pid}" in capsys.readouterr().err
        assert run_cli(arguments(dataset, other, tmp_path / "third", store)) == 0
        process.kill()
        process.communicate()


FULL = """
import os, sys
from pathlib import Path
sys.path[:0] = {paths!r}
from tests.support.services.embeddings_server import MODEL, embeddings_server
from tests.support.datasets.retrieval_tables import write_dataset
from synthcode.pipelines.steps.evaluate import evaluation as scoring
from synthcode.pipelines.main import run_cli
disk = Path({disk!r})
filler = disk / "filler"

def fill(room=0):
    with filler.open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(b"x" * 4096)
        except OSError:
            stream.truncate(stream.tell() - room)

write_files = scoring.write_files
dataset = write_dataset(Path({elsewhere!r}) / "dataset", 200)
with embeddings_server() as server:
    command = ["evaluate", str(dataset), "--encoder", "openai:" + MODEL, "--base-url", server.base_url]
    command += ["--out", str(disk / "out"), "--resamples", "100"]
    fill(room=150_000)
    print("vectors", run_cli(command), (disk / "out" / "results.json").exists())
    filler.unlink()
    scoring.write_files = lambda *given, **named: (fill(), write_files(*given, **named))
    print("results", run_cli(command), (disk / "out" / "results.json").exists())
    filler.unlink()
    scoring.write_files = write_files
    encoded = server.texts.total()
    print("room", run_cli(command), server.texts.total() == encoded)
"""


@pytest.mark.slow
def test_a_full_disk_gives_two_lines_and_costs_no_vectors(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    paths = [str(Path(__file__).parents[2]), str(Path(__file__).parents[3])]
    values = {"disk": str(disk), "elsewhere": str(tmp_path), "paths": paths}
    done = on_small_disk(FULL.format(**values), disk, megabytes=4)
    lines = [line for line in done.stdout.splitlines() if line.split(" ")[0] in ("vectors", "results", "room")]
    assert lines == ["vectors 1 False", "results 1 False", "room 0 True"], done.stderr
    assert "Traceback" not in done.stderr
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 2
    assert all("the disk is full" in line for line in errors)
