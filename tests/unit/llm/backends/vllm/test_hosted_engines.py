"""Several engines on other machines: who is asked, what happens where one dies. The engines here are of these tests."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from synthcode.errors import ServerError, SynthcodeError, WorkerError
from synthcode.execution.hosting import HostLostError
from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.llm.backends.vllm.hosted_engines import HostedEngines
from synthcode.schemas.records import Completion, Message, Request

WINDOWS = {"1": 4096, "2": 2048, "3": 8192}


class Host:
    """Stands where the process of an engine is: it is up, down, or will never be up."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_up = True
        self.failure: SynthcodeError | None = None
        self.starts = 0

    async def call(self, method: str, /, *arguments: Any) -> Any:
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        if not self.is_up:
            raise HostLostError("gone")
        if method == "start":
            self.starts += 1
            return WINDOWS[self.name]
        [request] = arguments
        if request.seed_id == "bad":
            raise AttemptFailed(ErrorKind.BAD_REQUEST, "no")
        return Completion(self.name, "stop", 1, 1, 0.0, attempts=1)


def request(seed: str) -> Request:
    return Request("r", seed, "x", "java", 0, "m", "p", "d", "{}", (Message("user", "hello"),))


def with_engines(
    work: Callable[[HostedEngines, list[Host]], Awaitable[None]], *, start_s: float = 60.0
) -> tuple[list[Host], list[str]]:
    hosts, said = [Host(name) for name in WINDOWS], list[str]()

    async def run() -> None:
        async with HostedEngines(hosts, said.append, start_s=start_s, poll_s=0.001) as engines:
            await work(engines, hosts)

    asyncio.run(run())
    return hosts, said


async def answered_by(engines: HostedEngines, seeds: Sequence[str]) -> dict[str, str]:
    answers = {}
    for seed in seeds:
        completion = await engines.complete(request(seed))
        assert completion is not None
        answers[seed] = str(completion.text)
    return answers


SEEDS = [f"seed {number}" for number in range(60)]


def test_a_seed_has_one_engine_and_moves_only_while_it_is_lost() -> None:
    async def work(engines: HostedEngines, hosts: list[Host]) -> None:
        await engines.check()
        await asyncio.sleep(0.05)
        first = await answered_by(engines, SEEDS)
        assert min(Counter(first.values()).values()) > 5
        hosts[0].is_up = False
        without = await answered_by(engines, SEEDS)
        assert set(without.values()) == {"2", "3"}
        assert all(without[seed] == first[seed] for seed in SEEDS if first[seed] != "1")
        hosts[0].is_up = True
        await asyncio.sleep(0.1)
        assert await answered_by(engines, SEEDS) == first

    hosts, said = with_engines(work)
    assert [host.starts for host in hosts] == [2, 1, 1]
    assert said.count("engine 1 of 3 is lost: it is started again") == 1
    assert said.count("engine 1 of 3 is up") == 2


def test_the_window_is_the_smallest_of_those_that_are_up() -> None:
    async def work(engines: HostedEngines, hosts: list[Host]) -> None:
        assert engines.window is None
        await engines.check()
        await asyncio.sleep(0.05)
        assert engines.window == 2048

    with_engines(work)


def test_without_an_engine_the_check_waits_for_one() -> None:
    async def work(engines: HostedEngines, hosts: list[Host]) -> None:
        await engines.check()
        await asyncio.sleep(0.05)
        for host in hosts:
            host.is_up = False
        with pytest.raises(AttemptFailed) as caught:
            await engines.complete(request("s"))
        assert caught.value.kind is ErrorKind.CONNECTION
        assert "is lost: gone" in caught.value.message
        waiting = asyncio.create_task(engines.check())
        await asyncio.sleep(0.05)
        assert not waiting.done()
        hosts[1].is_up = True
        await asyncio.wait_for(waiting, 5)
        assert set((await answered_by(engines, SEEDS)).values()) == {"2"}

    with_engines(work)


def test_what_an_engine_says_of_a_request_is_not_a_loss() -> None:
    async def work(engines: HostedEngines, hosts: list[Host]) -> None:
        await engines.check()
        await asyncio.sleep(0.05)
        with pytest.raises(AttemptFailed) as caught:
            await engines.complete(request("bad"))
        assert caught.value.kind is ErrorKind.BAD_REQUEST

    hosts, _ = with_engines(work)
    assert [host.starts for host in hosts] == [1, 1, 1]


def test_an_engine_that_does_not_start_is_named_and_the_others_work() -> None:
    async def work(engines: HostedEngines, hosts: list[Host]) -> None:
        hosts[2].failure = WorkerError("a node cannot do the work", "install it")
        await engines.check()
        await asyncio.sleep(0.05)
        assert set((await answered_by(engines, SEEDS)).values()) == {"1", "2"}

    _, said = with_engines(work)
    assert "engine 3 of 3 does not start: a node cannot do the work" in said


def test_where_none_starts_the_reason_is_the_error() -> None:
    async def work(engines: HostedEngines, hosts: list[Host]) -> None:
        for host in hosts:
            host.failure = ServerError(f"no model on {host.name}", "copy it")
        with pytest.raises(ServerError, match="no model on 1"):
            await asyncio.wait_for(engines.check(), 5)

    with_engines(work)


def test_an_engine_that_is_never_up_is_given_up() -> None:
    async def work(engines: HostedEngines, hosts: list[Host]) -> None:
        for host in hosts:
            host.is_up = False
        with pytest.raises(ServerError, match=r"it was not up within 0\.05 s: gone") as caught:
            await asyncio.wait_for(engines.check(), 5)
        assert "ray status" in caught.value.fix

    with_engines(work, start_s=0.05)
