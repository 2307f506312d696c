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

    def kill_one(self) -> None:
        """End a node's raylet with SIGKILL."""
        self.cluster.remove_node(self.nodes.pop(), allow_graceful=False)


@contextmanager
def ray_nodes(count: int) -> Iterator[RayNodes]:
    """Start a head and nodes, and end them."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    try:
        yield RayNodes(cluster, [cluster.add_node(num_cpus=1) for _ in range(count)])
    finally:
        cluster.shutdown()
