"""The stages against a model server: what is asked, what is never asked again, and what invalidates what."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from synthcode.pipelines.main import run_cli
from tests.support.loopback.recorded_programs import MBXP
from tests.support.services.servers import MODEL, ReplayServer, replay_server

SEEDS, TARGETS = 30, "java,php,kotlin"


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with replay_server() as started:
        yield started


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    run = tmp_path / "run"
    assert synthcode("seeds", run, "--from", "mbxp", "--path", MBXP, "--limit", str(SEEDS)) == 0
    return run


def translate(run: Path, server: ReplayServer, *more: str) -> int:
    return synthcode("translate", run, "--base-url", server.base_url, "--model", MODEL, "--targets", TARGETS, *more)


def status(run: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert synthcode("status", run, "--json") == 0
    counts: dict[str, Any] = json.loads(capsys.readouterr().out)
    return counts


def test_from_seeds_to_dataset(seeds: Path, server: ReplayServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert translate(seeds, server) == 0
    for stage in ("check", "dedup", "build"):
        assert synthcode(stage, seeds) == 0
    counts = status(seeds, capsys)
    assert counts["requested"] == counts["completed"] == SEEDS * 3
    assert counts["completed"] == counts["accepted"] + sum(counts["rejected"].values())
    assert counts["kept"] == sum(counts["splits"].values()) > SEEDS
    asked = server.stats()["requests"]
    assert translate(seeds, server) == 0
    assert server.stats()["requests"] == asked == SEEDS * 3


@pytest.mark.slow
def test_only_what_changes_a_request_asks_again(seeds: Path, server: ReplayServer, tmp_path: Path) -> None:
    assert translate(seeds, server) == 0
    for harmless in (["--concurrency", "3"], ["--targets", "kotlin,java"], ["--force"]):
        assert synthcode("translate", seeds, *harmless) == 0
    assert server.stats()["requests"] == SEEDS * 3
    assert synthcode("translate", seeds, "--targets", "java,ruby") == 0
    assert server.stats()["requests"] == SEEDS * 4
    assert synthcode("translate", seeds, "--temperature", "0.7") == 0
    assert server.stats()["requests"] == SEEDS * 6
    prompt = tmp_path / "mine"
    prompt.mkdir()
    (prompt / "user.jinja").write_text("```python\n{{ code }}\n```\nIn {{ target.label }}, please.")
    assert synthcode("translate", seeds, "--prompt", str(prompt)) == 0
    assert server.stats()["requests"] == SEEDS * 8


def test_sampled_targets_are_one_each(seeds: Path, server: ReplayServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert translate(seeds, server, "--sample-targets", "1") == 0
    counts = status(seeds, capsys)
    assert counts["requested"] == SEEDS
    assert len(counts["by_language"]) == 3


@pytest.mark.slow
def test_status_while_translating_and_one_ctrl_c(seeds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with replay_server("--latency-ms", "200") as slow:
        arguments = ["--base-url", slow.base_url, "--model", MODEL, "--targets", TARGETS, "--concurrency", "8"]
        command = [sys.executable, "-m", "synthcode", "translate", str(seeds), *arguments]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
            deadline = time.monotonic() + 500
            while (counts := status(seeds, capsys))["completed"] < 8:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert counts["requested"] == counts["completed"] + counts["failed"] + counts["pending"] == SEEDS * 3
            os.kill(process.pid, signal.SIGINT)
            assert process.stderr is not None
            talk = process.stderr.read()
            assert process.wait() == 130
        assert talk.splitlines()[-2:] == [
            "stopped; everything that was finished is stored",
            "run the same command again to go on",
        ]
        stored = status(seeds, capsys)["completed"]
        assert stored == slow.stats()["answered"] < SEEDS * 3
        assert synthcode("translate", seeds) == 0
        assert slow.stats()["answered_again"] == 0


@pytest.mark.slow
def test_faults_are_got_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    faults = ("--fail-first", "2", "--faults", "429,500,503,disconnect,badjson")
    with replay_server(*faults) as flaky:
        recipe = {
            "seeds": {"adapter": "mbxp", "path": str(MBXP), "limit": SEEDS},
            "translate": {"targets": TARGETS.split(","), "model": MODEL},
            "backend": {"base_urls": [flaky.base_url]},
            "execution": {"backoff_s": 0.01},
        }
        (tmp_path / "recipe.yaml").write_text(json.dumps(recipe))  # JSON is YAML
        assert synthcode("run", tmp_path / "recipe.yaml", "--out", tmp_path / "run") == 0
        stats = flaky.stats()
    counts = status(tmp_path / "run", capsys)
    assert counts["requested"] == counts["completed"] == (SEEDS - counts["seed_duplicates"]) * 3
    assert stats["answered_again"] == 0
    assert stats["requests"] == 3 * counts["requested"]
