"""A Ray cluster of two nodes, and an executor that works on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from synthcode.execution.ray.cluster import RayExecutor
from tests.support.machines.ray_nodes import RayNodes, ray_nodes


@pytest.fixture(scope="module")
def nodes() -> Iterator[RayNodes]:
    with ray_nodes(2) as up:
        yield up


@pytest.fixture
def executor(nodes: RayNodes) -> Iterator[RayExecutor]:
    opened = RayExecutor(nodes.address)
    yield opened
    opened.close()
