from __future__ import annotations

import asyncio

import pytest

from synthcode.errors import ServerError
from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.llm.sending.settings import RequestPolicy
from synthcode.llm.sending.slowness import Slowness
from synthcode.llm.sending.throttle import Throttle

POLICY = RequestPolicy(concurrency=8, max_attempts=2, outage_s=10.0)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def deadline() -> AttemptFailed:
    return AttemptFailed(ErrorKind.TIMEOUT, "no answer within 600 s")


def counts(others: int, answers: int, attempts: int = 1) -> bool:
    """Return whether a deadline counts that is reached next to others, when the server has answered so many."""

    async def scenario() -> bool:
        throttle = Throttle(8)
        slowness = Slowness(throttle, POLICY)
        start = await slowness.enter()
        for _ in range(others):
            await slowness.enter()
        for _ in range(answers):
            throttle.succeeded()
        failure = deadline()
        slowness.judge(start, "a", failure, attempts)
        return failure.counts

    return asyncio.run(scenario())


@pytest.mark.parametrize(
    ("others", "answers", "attempts", "expected"),
    [
        (0, 0, 1, True),  # it had the server to itself
        (3, 0, 1, False),
        (3, 7, 1, False),
        (3, 8, 1, True),  # the server answered twice what was in flight
        (3, 0, 8, True),  # not for ever
    ],
)
def test_a_deadline_counts_if_the_server_had_time_for_the_request(others, answers, attempts, expected):
    assert counts(others, answers, attempts) is expected


def test_of_deadlines_that_come_together_one_counts():
    async def scenario():
        throttle = Throttle(8)
        slowness = Slowness(throttle, POLICY)
        starts = [await slowness.enter() for _ in range(2)]
        for _ in range(4):
            throttle.succeeded()
        failures = [deadline(), deadline()]
        for start, failure in zip(starts, failures, strict=True):
            slowness.judge(start, "a", failure, 1)
        return [failure.counts for failure in failures]

    assert asyncio.run(scenario()) == [True, False]


def test_a_server_is_dead_if_no_request_of_several_finishes_for_long():
    async def scenario(*requests: str, seconds: float):
        throttle, clock = Throttle(1), Clock()
        slowness = Slowness(throttle, POLICY, clock)
        for request in requests:
            start = await slowness.enter()
            slowness.judge(start, request, deadline(), 1)
            throttle.leave()
            clock.now += seconds

    asyncio.run(scenario("a", "a", "a", seconds=20))  # one request that hangs is not the server
    asyncio.run(scenario("a", "b", "a", seconds=1))  # not for long enough
    with pytest.raises(ServerError, match="not even one at a time"):
        asyncio.run(scenario("a", "b", seconds=20))
