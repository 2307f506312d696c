"""A Ray cluster of several raylets on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RayNodes:
    """A head without processors, and nodes with one each."""

    cluster: Any
    nodes: list[Any]

    @property
    def address(self) -> str:
        """Where the head listens."""
        return str(self.cluster.address)

    def kill_one(self, node_id: str = "") -> None:
        """End the raylet of a node with SIGKILL: of the one with this id, or of the last."""
        named = [node for node in self.nodes if node.node_id == node_id]
        node = named[0] if node_id else self.nodes[-1]
        self.nodes.remove(node)
        self.cluster.remove_node(node, allow_graceful=False)


ATTEMPTS = 20
"""How often a node is started: it ends itself if its agent is not up within fifteen seconds, however busy the machine
is, and no setting of Ray's changes that."""


def _added(cluster: Any, **arguments: Any) -> Any:
    for _ in range(ATTEMPTS):
        try:
            return cluster.add_node(**arguments)
        except Exception as failure:  # Ray has no class for it
            if "timed out during startup" not in str(failure):
                raise
    return cluster.add_node(**arguments)


@contextmanager
def ray_nodes(count: int, store_bytes: int | None = None) -> Iterator[RayNodes]:
    """Start a head and nodes, and end them.

    Parameters
    ----------
    count
        How many nodes there are; the head is another one.
    store_bytes
        Memory of each for the objects of Ray. Default: Ray's for tests, 150 MiB. ``ray start`` takes a third of the
        machine's.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    cluster = Cluster()
    store = {} if store_bytes is None else {"object_store_memory": store_bytes}
    try:
        _added(cluster, num_cpus=0, include_dashboard=False, **store)
        yield RayNodes(cluster, [_added(cluster, num_cpus=1, **store) for _ in range(count)])
    finally:
        cluster.shutdown()
