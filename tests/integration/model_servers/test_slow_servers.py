"""Servers that are too slow for what is in flight, over real HTTP: latency grows with the number in flight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from synthcode.errors import ServerError
from synthcode.identity import digest
from synthcode.llm.backends.openai.server import OpenAIServer
from synthcode.llm.journal.journal import Journal
from synthcode.llm.sending.scheduler import Outcome, run_requests
from synthcode.llm.sending.settings import RequestPolicy
from synthcode.schemas.records import Message, Request
from tests.support.services.chat_server import MODEL
from tests.support.services.slow_server import SlowServer, slow_server
from tests.support.suite.own_time import run_in_own_time

POLICY = RequestPolicy(
    concurrency=32, max_attempts=3, timeout_s=0.4, backoff_s=0.001, backoff_cap_s=0.002, outage_s=0.1
)


def request(number: int, text: str = "short") -> Request:
    return Request(
        request_id=digest("request", number),
        seed_id=digest("seed", number),
        source_id=str(number),
        target_language="java",
        sample_index=0,
        model=MODEL,
        prompt_name="translate",
        prompt_digest="d" * 32,
        sampling="{}",
        messages=(Message("user", text),),
    )


def run(
    folder: Path, work_s: Callable[[dict[str, Any]], float], requests: list[Request], policy: RequestPolicy = POLICY
) -> tuple[SlowServer, Outcome, list[Outcome]]:
    reports: list[Outcome] = []

    async def scenario() -> tuple[SlowServer, Outcome]:
        with Journal(folder / "journal.sqlite") as journal:
            async with slow_server(work_s) as server, OpenAIServer([server.base_url], MODEL) as backend:
                return server, await run_requests(requests, backend, journal, policy, reports.append)

    server, outcome = run_in_own_time(scenario())
    return server, outcome, reports


def text_of(body: dict[str, Any]) -> str:
    return str(body["messages"][0]["content"])


def test_fewer_are_in_flight_until_requests_finish(tmp_path: Path) -> None:
    # 32 at once take 0.64 s each, and the deadline is 0.4 s: no more than 20 at once finish.
    server, outcome, reports = run(tmp_path, lambda _body: 0.02, [request(number) for number in range(40)])
    assert (outcome.completed, outcome.failed, outcome.pending) == (40, 0, 0)
    assert server.peak > 20
    assert server.abandoned > 0
    assert min(report.limit for report in reports) <= 20
    (notice,) = outcome.notices
    assert "too slow for" in notice
    assert "no answer within 0.4 s" in notice
    assert "--concurrency" in notice


def test_a_request_that_never_ends_fails_and_the_others_do_not(tmp_path: Path) -> None:
    requests = [request(number, "endless" if number == 5 else "short") for number in range(60)]
    server, outcome, _reports = run(tmp_path, lambda body: 60.0 if text_of(body) == "endless" else 0.005, requests)
    assert (outcome.completed, outcome.failed, outcome.pending) == (59, 1, 0)
    assert outcome.last_error == "timeout: no answer within 0.4 s"
    assert server.finished >= 59  # some at the very moment at which the client gave up


def test_a_server_that_finishes_nothing_stops_the_run_and_fails_no_request(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="finishes no request, not even one at a time") as caught:
        run(tmp_path, lambda _body: 60.0, [request(number) for number in range(40)], replace(POLICY, timeout_s=0.1))
    assert "0 completed and 0 failed" in caught.value.problem
