"""``synthcode queries`` where requests fail or answers are hostile: no failure looks like success."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthcode import open_run
from tests.support.runs.seeded_run import seeded_run
from tests.support.services.chat_server import Asked, Reply, chat_server, completion
from tests.support.services.query_server import queries_of, request_queries, style_of

KEY = "sk-test-7f3a9b1c5d2e8046af31"


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (Reply({"error": {"message": "no such field"}}, 400), "no query was written: 6 x bad_request"),
        (Reply(completion("I'm sorry, but I can't assist with that.")), "no query was accepted: refusal 6"),
    ],
)
def test_failure_is_failure(reply: Reply, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = seeded_run(tmp_path, 2)
    with chat_server(lambda _asked: reply) as server:
        assert request_queries(run, server) == 1
    assert problem in capsys.readouterr().err


@pytest.mark.slow
def test_too_many_failures_are_a_failure_unless_they_are_allowed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = seeded_run(tmp_path, 2)
    sound = queries_of()

    def some(asked: Asked) -> Reply:
        return Reply({"error": {"message": "refused"}}, 400) if style_of(asked) == "keyword" else sound(asked)

    with chat_server(some) as server:
        assert request_queries(run, server) == 1
        assert "2 of 6 requests failed, more than --max-failed 0.2 allows" in capsys.readouterr().err
        assert request_queries(run, server, "--max-failed", "1") == 0
        assert len(server.asked) == 6
        server.answer = sound
        assert request_queries(run, server, "--retry-failed") == 0
        assert len(server.asked) == 8
    assert len(open_run(run).table("queries").to_pylist()) == 6


def test_hostile_answers_neither_stop_the_run_nor_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    hostile = {
        "0": "\x1b]0;owned\x07\x1b[31m\u202e" + "sum " * 3,
        "1": f"{KEY} sum of two values",
        "2": "'; DROP TABLE completions; -- <script>alert(1)</script> {{ 7*7 }}",
        "3": "\u0000" * 50,
        "4": "<think>" * 5000,
        "5": ("a" * 5 + " ") * 30000,
        "6": "```" * 2000,
        "7": "ａｄｄ＿７ of two numbers",
        "8": "add\u200b_8 of two numbers",
    }
    run = seeded_run(tmp_path, 9)
    with chat_server(queries_of(lambda _style, number: hostile[number])) as server:
        assert request_queries(run, server, "--style", "keyword") == 0
    sources = {row["seed_id"]: row["source_id"] for row in open_run(run).table("seeds").to_pylist()}
    found = {sources[row["seed_id"]]: row["reason"] for row in open_run(run).table("queries_rejected").to_pylist()}
    assert found == {
        **{"s3": "empty", "s5": "too_long", "s6": "code", "s7": "names_entry_point", "s8": "names_entry_point"},
        **{"s4": found["s4"]},
    }
    assert found["s4"] in ("empty", "truncated")
    kept = {sources[row["seed_id"]]: row["query"] for row in open_run(run).table("queries").to_pylist()}
    assert kept["s0"] == "]0;owned[31msum sum sum"
    assert all(KEY.encode() not in path.read_bytes() for path in run.rglob("*") if path.is_file())
    assert "\x1b" not in capsys.readouterr().err
