"""Batches as tasks of a Ray cluster: real raylets on this machine, some of which die."""

from __future__ import annotations

import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from synthcode.dedup.config import DedupConfig
from synthcode.dedup.duplicates import cluster_programs
from synthcode.errors import InputError, WorkerError
from synthcode.execution.ray import cluster
from synthcode.execution.ray.cluster import RayExecutor
from tests.support.machines.ray_nodes import ray_nodes
from tests.support.machines.slurm_cluster import wait_for
from tests.support.programs.duplicate_programs import BODY, OTHER, programs
from tests.support.suite.poisonous import DEADLY, SURVIVAL, double, double_once_released, fail, work_on

NUMBERS = [list(range(start, start + 3)) for start in range(0, 30, 3)]
HARMLESS = [[item for item in batch if item != DEADLY] for batch in NUMBERS]
with_ray = pytest.mark.skipif(find_spec("ray") is None, reason="needs the extra ray")


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(InputError, match="needs the package ray") as caught:
        RayExecutor().map(double, NUMBERS, SURVIVAL)
    assert "[ray]" in caught.value.fix
    assert signal.getsignal(signal.SIGTERM) is before


def at_work(folder: Path) -> list[int]:
    """Return the processes of Ray that have numbers worked on."""
    return [int(line) for file in folder.glob("*.workers") for line in file.read_text().splitlines()]


@with_ray
@pytest.mark.ray
def test_results_come_in_order(executor: RayExecutor) -> None:
    assert executor.workers == 2
    assert list(executor.map(double, HARMLESS, SURVIVAL)) == [[2 * item for item in batch] for batch in HARMLESS]
    assert list(executor.map_shared(double, [[1], [2]])) == [[2], [4]]


@with_ray
@pytest.mark.ray
def test_a_row_that_kills_its_process_is_found(executor: RayExecutor) -> None:
    results = [item for found in executor.map(double, NUMBERS, SURVIVAL) for item in found]
    assert results == [2 * item if item != DEADLY else "parser_crash" for item in range(30)]


@with_ray
@pytest.mark.ray
def test_what_cannot_crash_works_in_the_processes_of_ray(executor: RayExecutor) -> None:
    assert list(executor.map_distributed(double, HARMLESS)) == [[2 * item for item in batch] for batch in HARMLESS]
    with pytest.raises(ArithmeticError):
        list(executor.map_distributed(fail, NUMBERS))


@with_ray
@pytest.mark.ray
def test_near_duplicates_are_those_of_one_machine(executor: RayExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("synthcode.dedup.clustering.similarity.PAIRS_ELSEWHERE", 3)
    rows = [(f"{place:03}", f"{place:03}", "c", f"{BODY}# {place % 50}") for place in range(99)]
    rows += [(f"x{place}", f"x{place}", "c", f"{OTHER} {place}") for place in range(30)]
    alone = cluster_programs([programs(*rows)], DedupConfig())
    found = cluster_programs([programs(*rows)], DedupConfig(), elsewhere=executor.map_distributed)
    assert found.clusters.equals(alone.clusters)
    assert found.ties.equals(alone.ties)
    assert len(found.dropped) > 90


@with_ray
@pytest.mark.ray
def test_a_function_raises_its_own_error(executor: RayExecutor) -> None:
    with pytest.raises(ArithmeticError):
        list(executor.map(fail, NUMBERS, SURVIVAL))


@with_ray
@pytest.mark.ray
def test_the_command_keeps_its_signals(executor: RayExecutor) -> None:
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    mine = signal.getsignal(signal.SIGTERM)
    try:
        assert list(executor.map(double, [[1]], SURVIVAL)) == [[2]]
        assert signal.getsignal(signal.SIGTERM) is mine
    finally:
        signal.signal(signal.SIGTERM, before)


@with_ray
@pytest.mark.ray
def test_another_version_on_a_node_is_refused(executor: RayExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "version", lambda _: "9.9")
    with pytest.raises(WorkerError, match="it has synthcode") as caught:
        list(executor.map(double, [[1]], SURVIVAL))
    assert caught.value.fix == "install synthcode 9.9 with the same Python on every node"


@with_ray
@pytest.mark.ray
def test_no_cluster_at_an_address_is_an_error() -> None:
    with pytest.raises(InputError, match=r"no Ray cluster at 127\.0\.0\.1:1: .*refused") as caught:
        RayExecutor("127.0.0.1:1").map(double, [[1]], SURVIVAL)
    assert "ray start --head" in caught.value.fix


@with_ray
@pytest.mark.ray
def test_what_ran_on_a_node_that_dies_runs_elsewhere_and_is_not_blamed(tmp_path: Path) -> None:
    batches = [work_on(tmp_path, number) for number in range(6)]
    with ray_nodes(2) as nodes, ThreadPoolExecutor(1) as thread:
        executor = RayExecutor(nodes.address)
        assert executor.workers == 2
        try:
            results = thread.submit(lambda: list(executor.map(double_once_released, batches, SURVIVAL)))
            wait_for(lambda: len(at_work(tmp_path)) == 2, 500, lambda: f"{list(tmp_path.iterdir())}")
            first = at_work(tmp_path)
            nodes.kill_one()
            wait_for(lambda: not all(map(psutil.pid_exists, first)), 500, lambda: f"{first} are there")
            (tmp_path / "go").touch()
            assert results.result(timeout=500) == [[2 * number] for number in range(6)]
        finally:
            executor.close()
    tried = [len(file.read_text().splitlines()) for file in sorted(tmp_path.glob("*.workers"))]
    assert sorted(tried) == [1, 1, 1, 1, 1, 2]
