"""A server that limits the rate: requests wait for it, and none fails while others are let through."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from random import Random

import pytest

from synthcode.errors import ServerError
from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.llm.sending.cancellation import Cancellation
from synthcode.llm.sending.rate_limit import RateLimit
from synthcode.llm.sending.retries import RetryingClient
from synthcode.llm.sending.scheduler import run_requests
from synthcode.llm.sending.settings import RequestPolicy

OVERLOADED = [
    AttemptFailed(ErrorKind.OVERLOADED, "HTTP 503: overloaded"),
    AttemptFailed(ErrorKind.OVERLOADED, "HTTP 529: overloaded", retry_after_s=0.001),
]
REFUSED = AttemptFailed(ErrorKind.RATE_LIMITED, "HTTP 429: 10 requests per minute")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_request_waits_as_long_as_the_limit_lets_others_through():
    clock = Clock()
    limit = RateLimit(RequestPolicy(concurrency=2, rate_limit_s=600.0), clock)
    for _ in range(15):  # one answer in 500 s each: far more refusals than max_attempts
        limit.refused("a")
        clock.now += 500.0
        assert limit.outlasts(REFUSED, 0)
        limit.answered()
    limit.answered()
    limit.refused("a")
    assert not limit.outlasts(REFUSED, 0)  # 16 = 8 x 2 others were answered: it is this request
    assert limit.outlasts(REFUSED, 1)


def test_a_limit_without_end_stops_the_run_but_not_for_requests_that_had_company():
    clock = Clock()
    limit = RateLimit(RequestPolicy(rate_limit_s=600.0), clock)
    limit.answered()
    limit.refused("a")
    clock.now = 599.0
    assert limit.outlasts(REFUSED, 1)
    clock.now = 600.0
    assert not limit.outlasts(REFUSED, 0)
    with pytest.raises(ServerError) as error:
        limit.outlasts(REFUSED, 1)
    assert error.value.problem == (
        "the model server has refused every request for 10 minutes (HTTP 429: 10 requests per minute)"
    )


def test_nothing_fails_under_a_limit_that_refuses_more_often_than_a_request_is_sent(
    scripted, request_of, completion_of, hasty, journal
):
    sent = 0

    def script(_request, _attempt):
        nonlocal sent
        sent += 1
        return completion_of() if sent % 20 == 0 else REFUSED

    patient = replace(hasty, rate_limit_s=60.0, max_attempts=3)
    backend = scripted(script)
    outcome = asyncio.run(run_requests([request_of(number) for number in range(12)], backend, journal, patient))
    assert (outcome.completed, outcome.failed, outcome.pending) == (12, 0, 0)
    assert max(backend.attempts.values()) > 3


def test_a_server_that_refuses_everything_fails_nothing(scripted, request_of, hasty, journal):
    with pytest.raises(ServerError, match=r"refused every request for 0\.05 s") as error:
        asyncio.run(
            run_requests([request_of(number) for number in range(9)], scripted(lambda *_: REFUSED), journal, hasty)
        )
    assert "stopped after 0 completed and 0 failed" in error.value.problem


def test_one_request_that_is_refused_each_time_does_not_hold_the_others_up(
    scripted, request_of, completion_of, hasty, journal
):
    big = request_of(0).request_id
    backend = scripted(lambda request, _attempt: REFUSED if request.request_id == big else completion_of())
    patient = replace(hasty, rate_limit_s=60.0, concurrency=2)
    outcome = asyncio.run(run_requests([request_of(number) for number in range(40)], backend, journal, patient))
    assert (outcome.completed, outcome.failed) == (39, 1)


def test_a_stop_ends_the_wait(scripted, request_of, hasty):
    async def scenario():
        cancellation = Cancellation(None)
        client = RetryingClient(
            scripted(lambda *_: REFUSED), replace(hasty, rate_limit_s=60.0), cancellation, Random(0)
        )
        task = asyncio.create_task(client.ask(request_of()))
        await client.heard.wait()
        cancellation.stop()
        return await task

    assert asyncio.run(scenario()) is None


@pytest.mark.parametrize("refusal", OVERLOADED, ids=str)
def test_an_overload_that_passes_fails_no_row(scripted, request_of, completion_of, hasty, journal, refusal):
    backend = scripted(lambda _request, attempt: refusal if attempt <= 20 else completion_of())
    patient = replace(hasty, rate_limit_s=60.0)
    requests = [request_of(number) for number in range(6)]
    outcome = asyncio.run(run_requests(requests, backend, journal, patient))
    assert (outcome.completed, outcome.failed) == (6, 0)
    assert max(backend.attempts.values()) == 21
    assert outcome.limit < patient.concurrency


def answering(completion_of, refusal, is_answered):
    """Answer the attempts that ``is_answered`` says, counted over all requests from 1."""
    numbers = itertools.count(1)
    return lambda *_: completion_of() if is_answered(next(numbers)) else refusal


@pytest.mark.parametrize("refusal", OVERLOADED, ids=str)
def test_an_overload_that_begins_midway_and_does_not_pass_leaves_the_rest_pending(
    scripted, request_of, completion_of, hasty, journal, refusal
):
    backend = scripted(answering(completion_of, refusal, lambda number: number <= 7))
    patient = replace(hasty, rate_limit_s=0.5)  # on a busy machine, too, several have been refused by then
    requests = [request_of(number) for number in range(20)]
    with pytest.raises(ServerError, match=r"refused every request for 0\.5 s .* and 0 failed"):
        asyncio.run(run_requests(requests, backend, journal, patient))
    assert list(journal.errors([request.request_id for request in requests]).values()) == [None] * 7
    assert backend.checks == 0  # a server that says that it is overloaded is there


@pytest.mark.parametrize("kind", [ErrorKind.RATE_LIMITED, ErrorKind.OVERLOADED, ErrorKind.SERVER_ERROR])
@pytest.mark.parametrize("answered", [0, 7])
def test_a_requested_wait_of_hours_stops_the_run_at_once(
    scripted, request_of, completion_of, hasty, journal, kind, answered
):
    refusal = AttemptFailed(kind, "HTTP 429: daily limit", retry_after_s=3 * 3600.0)
    backend = scripted(answering(completion_of, refusal, lambda number: number <= answered))
    patient = replace(hasty, rate_limit_s=600.0, max_attempts=50)
    requests = [request_of(number) for number in range(20)]
    with pytest.raises(ServerError, match=r"no request for 3 hours \(HTTP 429: daily limit\).* and 0 failed") as error:
        asyncio.run(run_requests(requests, backend, journal, patient))
    assert list(journal.errors([request.request_id for request in requests]).values()) == [None] * answered
    assert error.value.fix.startswith("run the same command again in 3 hours")


def test_a_requested_wait_of_hours_does_not_count_while_others_are_answered(
    scripted, request_of, completion_of, hasty, journal
):
    refusal = AttemptFailed(ErrorKind.RATE_LIMITED, "HTTP 429: one replica of two", retry_after_s=3 * 3600.0)
    backend = scripted(answering(completion_of, refusal, lambda number: number % 3))
    patient = replace(hasty, rate_limit_s=600.0)
    outcome = asyncio.run(run_requests([request_of(number) for number in range(30)], backend, journal, patient))
    assert (outcome.completed, outcome.failed) == (30, 0)
