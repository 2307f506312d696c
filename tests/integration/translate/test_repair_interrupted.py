"""Repairs that end early: killed, out of their budget, refused by the server; the same command goes on later."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from synthcode import open_run
from synthcode.pipelines.main import run_cli
from tests.support.programs.broken_answers import broken_first, is_repair, parquet_digests, translate_javascript
from tests.support.runs.seeded_run import seeded_run
from tests.support.services.chat_server import Asked, Reply, chat_server


@pytest.mark.slow
def test_killed_in_the_middle_it_ends_as_if_undisturbed(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    run, expected = seeded_run(tmp_path / "one", 8), seeded_run(tmp_path / "two", 8)
    answered, hold = threading.Semaphore(0), threading.Event()

    def wait(asked: Asked) -> None:
        if is_repair(asked):
            answered.release()
            if len([one for one in server.asked if is_repair(one)]) > 4:
                hold.wait(500)

    with chat_server(broken_first(right_at_once="0", before=wait)) as server:
        command = ["translate", run, "--base-url", server.base_url, "--model", "m", "--targets", "javascript"]
        command += ["--repair", "1", "--concurrency", "1"]
        process = subprocess.Popen(
            [sys.executable, "-m", "synthcode", *map(str, command)], stderr=subprocess.DEVNULL, start_new_session=True
        )
        for _ in range(5):
            assert answered.acquire(timeout=500)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        hold.set()
        before = sum(map(is_repair, server.asked))
        assert run_cli(list(map(str, command))) == 0
        assert sum(map(is_repair, server.asked)) - before == 7 - 4
        assert translate_javascript(expected, server, "--repair", "1") == 0
    own, other = (
        {name: one for name, one in parquet_digests(at).items() if "completions" not in name} for at in (run, expected)
    )
    assert own == other
    assert pq.read_table(run / "repairs" / "translations").num_rows == 7


@pytest.mark.parametrize(
    ("budget", "repaired"),
    [(300, 1), *(pytest.param(*both, marks=pytest.mark.slow) for both in [(299, 0), (539, 2), (540, 3)])],
)
def test_a_budget_ends_the_repairs(
    budget: int, repaired: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A prompt of 350 characters (100 tokens) and the longest answer (200) must fit into what is left of the budget.

    Each answer takes 120 tokens off it. So the third is sent if 240 + 300 tokens are allowed.
    """
    run = seeded_run(tmp_path, 6)
    prompt = tmp_path / "short"
    prompt.mkdir()
    (prompt / "user.jinja").write_text("translation failed: {{ code }}{{ '.' * (330 - code|length) }}")
    recipe = yaml.safe_load((run / "recipe.yaml").read_text())
    recipe["repair"]["prompt"] = str(prompt)
    (run / "recipe.yaml").write_text(yaml.safe_dump(recipe))
    options = ("--repair", "2", "--repair-budget", str(budget), "--max-tokens", "200")
    with chat_server(broken_first(right_at_once="0")) as server:
        assert translate_javascript(run, server, *options) == 0
        said = capsys.readouterr().err
        assert translate_javascript(run, server, *options) == 0
        assert sum(map(is_repair, server.asked)) == repaired
    counts = open_run(run).status()
    assert counts["repairs"]["1"]["requested"] == repaired
    assert counts["requested"] == 6 + repaired
    assert f"the budget of {budget} tokens is reached: {5 - repaired} failed translations were not repaired" in said


def test_a_server_that_fails_midway_is_continued_later(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = seeded_run(tmp_path, 4)
    with chat_server(broken_first(right_at_once="0")) as server:
        right = server.answer

        def refuse(asked: Asked) -> Reply:
            spent = is_repair(asked) and sum(map(is_repair, server.asked)) > 1
            body = {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}
            return Reply(body, 429) if spent else right(asked)

        server.answer = refuse
        assert translate_javascript(run, server, "--repair", "1", "--concurrency", "1") == 1
        assert "quota" in capsys.readouterr().err
        server.answer = right
        before = sum(map(is_repair, server.asked))
        assert translate_javascript(run, server, "--repair", "1") == 0
        assert sum(map(is_repair, server.asked)) - before == 2
    assert open_run(run).status()["accepted"] == 4
