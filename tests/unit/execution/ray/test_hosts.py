"""Objects on the nodes of a Ray cluster: real raylets on this machine, some of which die."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

import pytest

from synthcode.errors import InputError, WorkerError
from synthcode.execution.hosting import EndHostError, Hosted, HostLostError, Hosts
from synthcode.execution.processes import ProcessExecutor
from synthcode.execution.ray import hosts as module
from synthcode.execution.ray.cluster import RayExecutor
from synthcode.execution.ray.hosts import places
from tests.support.machines.ray_nodes import ray_nodes

pytestmark = [
    pytest.mark.ray,
    pytest.mark.skipif(find_spec("ray") is None, reason="needs the extra ray"),
]


class Counter:
    """Counts its calls, and knows its process."""

    def __init__(self) -> None:
        self.calls = 0

    async def process(self) -> tuple[int, int]:
        self.calls += 1
        return os.getpid(), self.calls

    async def node(self) -> str:
        import ray

        return str(ray.get_runtime_context().get_node_id())

    async def fail(self) -> None:
        raise ArithmeticError("seven")

    async def end(self) -> None:
        raise EndHostError

    async def wait(self) -> None:
        await asyncio.sleep(600)


async def once_up(host: Hosted, method: str = "process") -> Any:
    """Return what the method of a host that may still be starting returns."""
    async with asyncio.timeout(300):
        while True:
            try:
                return await host.call(method)
            except HostLostError:
                await asyncio.sleep(0.5)


def test_each_node_with_processors_keeps_an_object_that_lasts(executor: RayExecutor) -> None:
    async def talk() -> None:
        processes = [await once_up(host) for host in hosts]
        assert len({process for process, _ in processes}) == 2
        again = [await host.call("process") for host in hosts]
        assert again == [(process, calls + 1) for process, calls in processes]
        with pytest.raises(ArithmeticError, match="seven"):
            await hosts[0].call("fail")

    with executor.hosting(Counter, gpus=1) as hosts:
        assert [host.name for host in hosts] == ["1", "2"]
        asyncio.run(talk())


def test_an_object_that_ends_its_process_is_made_again(executor: RayExecutor) -> None:
    async def talk() -> None:
        first, _ = await once_up(host)
        waiting = asyncio.create_task(host.call("wait"))
        await asyncio.sleep(1)
        with pytest.raises(HostLostError):
            await host.call("end")
        with pytest.raises(HostLostError):
            await waiting
        second, calls = await once_up(host)
        assert (second != first, calls) == (True, 1)

    with executor.hosting(Counter, gpus=1) as hosts:
        host = hosts[0]
        asyncio.run(talk())


def test_an_object_moves_from_a_node_that_dies() -> None:
    async def talk() -> None:
        # Right after a cluster has started, not all nodes are known everywhere: Ray may put both objects on one of
        # them, or on the head, which has to stay. An object that ends is placed again.
        async with asyncio.timeout(300):
            while (killed := await once_up(hosts[1], "node")) not in {node.node_id for node in nodes.nodes}:
                with suppress(HostLostError):
                    await hosts[1].call("end")
            nodes.kill_one(killed)
            while killed in [await once_up(host, "node") for host in hosts]:
                await asyncio.sleep(0.5)  # a process outlives the raylet of its node for a moment

    with ray_nodes(2) as nodes:
        executor = RayExecutor(nodes.address)
        try:
            with executor.hosting(Counter, gpus=1) as hosts:
                asyncio.run(talk())
        finally:
            executor.close()


def test_another_version_on_a_node_is_refused(executor: RayExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "version", lambda _: "9.9")
    with executor.hosting(Counter, gpus=1) as hosts, pytest.raises(WorkerError, match="it has synthcode") as caught:
        asyncio.run(once_up(hosts[0]))
    assert caught.value.fix == "install synthcode 9.9 with the same Python on every node"


def node(**resources: float) -> dict[str, Any]:
    return {"NodeID": "0" * 56, "Resources": resources}


def test_gpus_are_counted_by_node() -> None:
    cluster = [node(CPU=64, GPU=8), node(CPU=16, GPU=3), node(CPU=4)]
    assert places(cluster, 2) == [{"num_gpus": 2}] * 5
    assert places(cluster, 8) == [{"num_gpus": 8}]
    with pytest.raises(InputError, match="one model needs 16 GPUs of one node"):
        places(cluster, 16)
    assert len(places([node(CPU=4), node(), node(CPU=1)], 1)) == 2


def test_only_ray_keeps_objects() -> None:
    assert isinstance(RayExecutor(), Hosts)
    assert not isinstance(ProcessExecutor(1), Hosts)
