"""Objects that stay on the nodes of a Ray cluster, as actors that Ray starts again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from synthcode.errors import InputError
from synthcode.execution.hosting import EndHostError, HostLostError
from synthcode.execution.ray.nodes import WrongVersionError, require_version, unable
from synthcode.sanitize import one_line

_MOST_CALLS = 100_000
"""Calls of one object at a time; the caller's own limit is far below."""
_SHOWN_CHARACTERS = 200


class RayHost:
    """The process on a node that holds one object.

    Parameters
    ----------
    factory
        Makes the object.
    expected_version
        Of synthcode, on the machine of the command.
    """

    def __init__(self, factory: Callable[[], object], expected_version: str) -> None:
        self._factory, self._expected_version = factory, expected_version
        self._object: object = None

    async def call(self, method: str, arguments: tuple[Any, ...]) -> tuple[bool, Any]:
        """Return whether there is a result, and this or the method's error; the first call makes the object."""
        try:
            if self._object is None:
                require_version(self._expected_version)
                self._object = self._factory()
            return True, await getattr(self._object, method)(*arguments)
        except EndHostError:
            os._exit(1)  # Ray starts an actor again whose process died, not one that ended itself in good order
        except Exception as problem:
            return False, problem


class RayHosted:
    """An object on a node; see :class:`synthcode.execution.hosting.Hosted`."""

    def __init__(self, ray: Any, actor: Any, name: str) -> None:
        self._ray, self._actor, self.name = ray, actor, name

    async def call(self, method: str, /, *arguments: Any) -> Any:
        """Call a coroutine method of the object."""
        try:
            is_result, value = await self._actor.call.remote(method, arguments)
        except self._ray.exceptions.ActorDiedError as problem:  # for good: another one that died is "unavailable"
            raise unable(problem, version("synthcode")) from problem
        except self._ray.exceptions.RayError as problem:
            raise HostLostError(one_line(str(problem), _SHOWN_CHARACTERS)) from problem
        if not is_result:
            raise unable(value, version("synthcode")) if isinstance(value, WrongVersionError) else value
        return value


@contextmanager
def hosting(ray: Any, factory: Callable[[], object], gpus: int) -> Iterator[Sequence[RayHosted]]:
    """Keep as many objects as there is room for on the nodes; see :class:`synthcode.execution.hosting.Hosts`.

    Parameters
    ----------
    ray
        The package, which is connected to a cluster.
    factory
        Makes one object.
    gpus
        GPUs of one node that each needs.
    """
    nodes = [node for node in ray.nodes() if node["Alive"]]
    actors = [
        ray.remote(**_ONE_ACTOR, **needs)(RayHost).remote(factory, version("synthcode"))
        for needs in places(nodes, gpus)
    ]
    try:
        yield [RayHosted(ray, actor, str(number)) for number, actor in enumerate(actors, 1)]
    finally:
        for actor in actors:
            ray.kill(actor)


_ONE_ACTOR: dict[str, Any] = {
    "max_restarts": -1,
    "max_task_retries": 0,  # who calls decides: another object may answer sooner
    "max_concurrency": _MOST_CALLS,
    "num_cpus": 0,  # its processors stay free for tasks, which would otherwise wait for it on a small node
}


def places(nodes: Sequence[dict[str, Any]], gpus: int) -> list[dict[str, Any]]:
    """Return what the actor of each object asks Ray for.

    Raises
    ------
    InputError
        If nodes have GPUs, but none has enough.
    """
    has = [int(node["Resources"].get("GPU", 0)) for node in nodes]
    if any(has):
        count = sum(here // gpus for here in has)
        if not count:
            raise InputError(
                f"one model needs {gpus} GPUs of one node, and no node of the Ray cluster has more than {max(has)}",
                "make tensor_parallel_size smaller, or add a node with more GPUs",
            )
        return [{"num_gpus": gpus}] * count
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    working = [node["NodeID"] for node in nodes if node["Resources"].get("CPU")]
    return [{"scheduling_strategy": NodeAffinitySchedulingStrategy(node_id, soft=True)} for node_id in working]
