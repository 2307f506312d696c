from __future__ import annotations

import asyncio
import threading

import pytest

from synthcode.errors import ServerError
from synthcode.llm.sending.cancellation import Cancellation
from synthcode.llm.sending.circuit_breaker import CircuitBreaker
from synthcode.llm.sending.settings import RequestPolicy

GONE = ServerError("gone", "start it")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Server:
    """Answers a check with what its list says; time passes with each one."""

    def __init__(self, clock: Clock, there: list[bool], seconds: float = 1.0) -> None:
        self.clock, self.there, self.seconds, self.checks = clock, there, seconds, 0

    async def check(self) -> None:
        self.checks += 1
        self.clock.now += self.seconds
        if not self.there.pop(0):
            raise GONE


def make(there: list[bool], **settings):
    clock = Clock()
    server = Server(clock, there)
    execution = RequestPolicy(backoff_s=0.001, **{"outage_attempts": 3, "outage_s": 10.0} | settings)
    return CircuitBreaker(server.check, execution, Cancellation(None), clock), server, clock


def test_it_takes_both_attempts_and_time():
    async def scenario():
        outage, _, clock = make([])
        outage.failed()
        outage.failed()
        clock.now += 20
        assert not outage.is_due()  # two attempts
        outage.answered()
        for _ in range(5):
            outage.failed()
        clock.now += 9.9
        assert not outage.is_due()
        clock.now += 0.1
        assert outage.is_due()
        outage.answered()
        assert not outage.is_due()

    asyncio.run(scenario())


def test_a_server_that_is_there_ends_the_suspicion():
    async def scenario():
        outage, server, _ = make([True])
        outage.failed()
        await outage.wait_for_server()
        await outage.wait_for_server()
        assert (outage.count, server.checks) == (0, 1)

    asyncio.run(scenario())


def test_a_server_that_comes_back_in_time_was_away_once():
    async def scenario():
        outage, server, _ = make([False, False, True])
        outage.failed()
        await outage.wait_for_server()
        assert (outage.count, server.checks) == (1, 3)

    asyncio.run(scenario())


def test_a_server_that_stays_away_is_given_up_after_the_time():
    async def scenario():
        outage, server, _ = make([False] * 50)
        outage.failed()
        with pytest.raises(ServerError, match="gone"):
            await outage.wait_for_server()
        assert server.checks == 10  # a second each, ten seconds

    asyncio.run(scenario())


def test_those_who_wait_together_ask_once():
    async def scenario():
        outage, server, _ = make([False, True])
        outage.failed()
        await asyncio.gather(*(outage.wait_for_server() for _ in range(5)))
        assert (outage.count, server.checks) == (1, 2)

    asyncio.run(scenario())


def test_a_stop_ends_the_wait():
    async def scenario():
        stop = threading.Event()
        clock = Clock()
        server = Server(clock, [False] * 50, seconds=0.0)
        outage = CircuitBreaker(
            server.check, RequestPolicy(backoff_s=6000.0), cancellation := Cancellation(stop), clock
        )
        outage.failed()
        waiting = asyncio.create_task(outage.wait_for_server())
        watching = asyncio.create_task(cancellation.watch())
        await asyncio.sleep(0.01)
        assert not waiting.done()
        stop.set()
        async with asyncio.timeout(500):
            await waiting
            await watching

    asyncio.run(scenario())
