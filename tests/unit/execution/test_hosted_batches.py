"""Batches over hosts, some of which are lost. The hosts here are objects of these tests."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from synthcode.errors import WorkerError
from synthcode.execution.hosted_batches import IN_FLIGHT, MOST_LOSSES, spread
from synthcode.execution.hosting import HostLostError


class Host:
    """Doubles numbers; the larger a number, the sooner it is done."""

    def __init__(self, name: str, losses: int = 0) -> None:
        self.name = name
        self.losses = losses
        self.done = 0
        self.at_once = self.most_at_once = 0

    async def call(self, method: str, /, *arguments: Any) -> Any:
        assert method == "double"
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0.002 if arguments[0] % 2 else 0.0)
            if self.losses:
                self.losses -= 1
                raise HostLostError("gone")
            if arguments[0] == 13:
                raise ArithmeticError("thirteen")
            self.done += 1
            return 2 * arguments[0]
        finally:
            self.at_once -= 1


def test_results_come_in_the_order_of_the_batches_from_all_hosts() -> None:
    hosts = [Host("1"), Host("2"), Host("3")]
    assert list(spread(hosts, "double", ((number,) for number in range(0, 120, 3) if number != 13))) == list(
        range(0, 240, 6)
    )
    assert min(host.done for host in hosts) > 0
    assert max(host.most_at_once for host in hosts) <= IN_FLIGHT


def test_batches_are_pulled_as_they_are_needed() -> None:
    pulled = Counter[str]()

    def batches() -> Iterator[tuple[int]]:
        for number in range(0, 200, 2):
            pulled["batches"] += 1
            yield (number,)

    results = spread([Host("1")], "double", batches())
    assert next(results) == 0
    assert pulled["batches"] <= IN_FLIGHT + 1
    results.close()  # type: ignore[attr-defined]


def test_a_batch_whose_host_is_lost_goes_to_a_host_again() -> None:
    hosts = [Host("1", losses=3), Host("2")]
    assert list(spread(hosts, "double", ((number,) for number in range(12)), pause_s=0.001)) == list(range(0, 24, 2))
    assert hosts[0].losses == 0


def test_a_batch_that_every_host_is_lost_with_is_an_error() -> None:
    with pytest.raises(WorkerError, match=f"was lost with its machine {MOST_LOSSES} times: gone") as caught:
        list(spread([Host("1", losses=10**6)], "double", [(2,)], pause_s=0.001))
    assert "ray status" in caught.value.fix


def test_an_error_of_the_work_itself_is_raised_at_its_place() -> None:
    results = spread([Host("1")], "double", ((number,) for number in range(10, 20)))
    assert [next(results) for _ in range(3)] == [20, 22, 24]
    with pytest.raises(ArithmeticError, match="thirteen"):
        next(results)
