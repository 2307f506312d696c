"""``translate`` against servers that refuse the account: nothing fails for good, and the next run continues."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from synthcode.pipelines.main import run_cli
from tests.support.runs.seeded_run import seeded_run
from tests.support.services.chat_server import MODEL, Asked, ChatServer, Reply, chat_server, completion

KEY = "sk-very-secret-0123456789"
SEEDS = 40
JAVA = "```java\npublic class Add {\n    public static int add(int a, int b) {\n        return a + b;\n    }\n}\n```"
FINE = Reply(completion(JAVA))
SPENT = Reply({"error": {"message": "Budget has been exceeded!", "type": "budget_exceeded", "code": "400"}}, 400)


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return seeded_run(tmp_path_factory.mktemp("seeds"), SEEDS)


@pytest.fixture
def run(seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    return shutil.copytree(seeds, tmp_path / "run")


def translate(run: Path, server: ChatServer, *more: str) -> int:
    arguments = ("--base-url", server.base_url, "--model", MODEL, "--targets", "java", "--concurrency", "8")
    return synthcode("translate", run, *arguments, *more)


def counts(run: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, int, int]:
    """Return how many requests are completed, failed and pending."""
    capsys.readouterr()
    assert synthcode("status", run, "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found["completed"], found["failed"], found["pending"]


@pytest.mark.parametrize(
    ("refusal", "says", "fix"),
    [
        (Reply({"error": {"message": "No auth credentials found"}}, 401), "does not take the key", "OPENAI_API_KEY"),
        (SPENT, "credit, quota or budget is spent", "top up"),
    ],
)
def test_a_refused_account_costs_one_request_and_fails_nothing(
    run: Path, capsys: pytest.CaptureFixture[str], refusal: Reply, says: str, fix: str
) -> None:
    with chat_server(lambda _asked: refusal) as server:
        assert translate(run, server) == 1
        printed = capsys.readouterr().err.strip().splitlines()
        assert says in printed[-2]
        assert fix in printed[-1]
        assert sum(says in line for line in printed) == 1
        assert KEY not in "\n".join(printed)
        assert len([asked for asked in server.asked if "add_" in asked.prompt]) == 1
        assert counts(run, capsys) == (0, 0, SEEDS)
        server.answer = lambda _asked: FINE
        assert translate(run, server) == 0
    assert counts(run, capsys) == (SEEDS, 0, 0)


def test_credit_that_runs_out_midway_leaves_the_rest_pending(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paid: list[Asked] = []

    def answer(asked: Asked) -> Reply:
        if len(paid) >= 10:
            return SPENT
        paid.append(asked)
        return FINE

    with chat_server(answer) as server:
        assert translate(run, server) == 1
        assert "stopped after 10 completed and 0 failed" in capsys.readouterr().err
        assert len(server.asked) <= 10 + 8
        assert counts(run, capsys) == (10, 0, SEEDS - 10)
        server.answer, server.asked = (lambda _asked: FINE), []
        assert translate(run, server) == 0
        assert len(server.asked) == SEEDS - 10
    assert counts(run, capsys) == (SEEDS, 0, 0)


def test_one_moderated_prompt_fails_by_itself(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flagged = Reply({"error": {"code": 403, "message": "Your input was flagged by moderation"}}, 403)
    with chat_server(lambda asked: flagged if "add_7(" in asked.prompt else FINE) as server:
        translate(run, server)
    assert counts(run, capsys) == (SEEDS - 1, 1, 0)


def test_the_first_request_goes_alone(run: Path) -> None:
    open_requests: list[int] = []
    busy = 0

    def answer(_asked: Asked) -> Reply:
        nonlocal busy
        busy += 1
        open_requests.append(busy)
        if len(open_requests) == 1:
            first_is_alone.wait(0.2)  # the others would be here by then
        busy -= 1
        return FINE

    first_is_alone = threading.Event()
    with chat_server(answer) as server:
        assert translate(run, server) == 0
        assert len(server.asked) == SEEDS
    assert open_requests[1] == 1


def test_what_an_earlier_version_failed_for_the_account_is_pending_again(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flagged = Reply({"error": {"message": "no"}}, 400)
    with chat_server(lambda asked: flagged if "add_7(" in asked.prompt else FINE) as server:
        translate(run, server)
        (journal,) = (run / "completions").glob("*.sqlite*")
        with closing(sqlite3.connect(journal, isolation_level=None)) as connection:
            for remainder, error in enumerate(("unauthorized: HTTP 401: no", "bad_request: HTTP 402: no credits")):
                answered = f"rowid % 4 = {remainder} AND error IS NULL"
                connection.execute(f"UPDATE completions SET error = ?, text = NULL WHERE {answered}", (error,))
            (old,) = connection.execute("SELECT count(*) FROM completions WHERE text IS NULL").fetchone()
        old -= 1  # which failed for a reason of its own
        assert old >= SEEDS // 2 - 1
        server.asked = []
        translate(run, server)
        assert len(server.asked) == old
        assert counts(run, capsys) == (SEEDS - 1, 1, 0)
        translate(run, server)
        assert len(server.asked) == old
