from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from synthcode.execution.threads import ThreadExecutor


@pytest.mark.parametrize("count", [1, 2, 5])
def test_results_come_in_order_call_after_call(count: int) -> None:
    with closing(ThreadExecutor(count)) as threads:
        for _ in range(2):
            assert list(threads.map_shared(lambda item: 2 * item, range(40))) == list(range(0, 80, 2))


def test_batches_are_pulled_as_they_are_needed() -> None:
    pulled = 0

    def batches() -> Iterator[int]:
        nonlocal pulled
        for item in range(1000):
            pulled += 1
            yield item

    with closing(ThreadExecutor(2)) as threads:
        next(threads.map_shared(lambda item: item, batches()))
        assert pulled < 10


def test_two_batches_are_worked_on_at_once() -> None:
    both_here = threading.Barrier(2, timeout=500)
    with closing(ThreadExecutor(2)) as threads:
        assert sorted(threads.map_shared(lambda _: both_here.wait(), range(2))) == [0, 1]


@pytest.mark.parametrize("count", [1, 2])
def test_an_error_in_the_function_is_raised(count: int) -> None:
    with closing(ThreadExecutor(count)) as threads, pytest.raises(ZeroDivisionError):
        list(threads.map_shared(lambda item: 1 // item, [1, 0, 1]))
