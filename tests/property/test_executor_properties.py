"""Every executor gives the same results in the same order, stops on request, and leaves nothing running."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthcode.errors import InputError, Interrupted
from synthcode.execution.executor import Executor, PoisonPolicy, halve
from synthcode.execution.registry import ExecutorConfig, open_executor
from synthcode.pipelines.runs.interrupt import StopRequest
from synthcode.plugins import EXECUTORS

NAMES = [name for name in EXECUTORS.names() if name != "ray"]
WITH_RAY = [pytest.mark.ray, pytest.mark.skipif(find_spec("ray") is None, reason="needs the extra ray")]
POLICY: PoisonPolicy[list[int], int] = PoisonPolicy(bisect=halve, on_lost_row=lambda batch, reason: -1)
BATCHES = st.lists(st.lists(st.integers(-1000, 1000), max_size=4), max_size=40)


def slow_sum(batch: list[int]) -> int:
    """Early batches take longer than later ones."""
    time.sleep(0.0005 * (len(batch) % 3))
    return sum(batch)


@pytest.fixture(
    params=[
        *((name, workers) for name in NAMES for workers in (1, 3)),
        pytest.param(("ray", 2), marks=WITH_RAY),
    ],
    ids=lambda one: "-".join(map(str, one)),
)
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    name, workers = request.param
    opened = open_executor(ExecutorConfig(name, workers))
    yield opened
    opened.close()


@given(BATCHES)
@settings(max_examples=20, deadline=None)
@pytest.mark.parametrize("name", sorted(set(NAMES) - {"processes"}))
def test_results_do_not_depend_on_the_executor(name: str, batches: list[list[int]]) -> None:
    executor = open_executor(ExecutorConfig(name, workers=3))
    expected = [sum(batch) for batch in batches]
    assert list(executor.map(slow_sum, batches, POLICY)) == expected
    assert list(executor.map_shared(slow_sum, batches)) == expected
    assert list(executor.cancellable(batches)) == batches
    executor.close()


def test_results_come_in_the_order_of_the_batches_and_are_reported(executor: Executor) -> None:
    batches = [[number] * (number % 5) for number in range(50)]
    expected = [sum(batch) for batch in batches]
    reported: list[int] = []
    assert list(executor.map(slow_sum, batches, POLICY, reported.append)) == expected == reported
    assert list(executor.map_shared(slow_sum, batches)) == expected
    executor.close()
    assert list(executor.map_shared(slow_sum, batches)) == expected


@pytest.mark.parametrize("name", [*NAMES, pytest.param("ray", marks=WITH_RAY)])
def test_a_request_to_stop_ends_the_work_between_two_results(name: str) -> None:
    begin: list[Callable[[Executor], Iterator[int]]] = [
        lambda executor: executor.map(slow_sum, ([number] for number in range(1000)), POLICY),
        lambda executor: executor.map_shared(slow_sum, ([number] for number in range(1000))),
        lambda executor: executor.cancellable(range(1000)),
    ]
    for results_of in begin:
        stop = StopRequest()
        executor = open_executor(ExecutorConfig(name, workers=2), stop)
        results = results_of(executor)
        assert [next(results), next(results)] == [0, 1]
        stop.set()
        with pytest.raises(Interrupted):
            next(results)
        assert list(results) == []
        executor.close()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_works_on_shared_memory_once_the_caller_has_left(name: str) -> None:
    at_work = threading.Semaphore(0)
    running: set[int] = set()

    def work(number: int) -> int:
        running.add(number)
        at_work.release()
        time.sleep(0.01)
        running.discard(number)
        return number

    results = open_executor(ExecutorConfig(name, workers=2)).map_shared(work, range(100))
    assert next(results) == 0
    at_work.acquire()
    results.close()  # type: ignore[attr-defined]
    assert not running


def test_an_unknown_executor_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match=r"no executor 'procesess' \(did you mean 'processes'\?\)") as refusal:
        open_executor(ExecutorConfig("procesess"))
    assert "processes, ray, serial, threads" in str(refusal.value)
