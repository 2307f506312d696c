from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from synthcode.processes import Survival, halve, map_batches


def double(batch: list[int]) -> list[int | str]:
    if 13 in batch:
        os.kill(os.getpid(), signal.SIGSEGV)
    if 99 in batch:
        time.sleep(60)
    return [2 * item for item in batch]


def fail(batch: list[int]) -> list[int | str]:
    raise ArithmeticError(batch)


SURVIVAL = Survival(halves=halve, give_up=lambda batch, reason: [reason for _ in batch])


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_order_whatever_the_number_of_workers(workers: int) -> None:
    batches = [[i, i + 1] for i in range(100, 140, 2)]
    assert list(map_batches(double, batches, workers, SURVIVAL)) == [[2 * a, 2 * b] for a, b in batches]


def test_a_row_that_kills_its_worker_costs_itself_alone() -> None:
    batches = [[1, 2, 3], [12, 13, 14, 15], [4]]
    results = [item for result in map_batches(double, batches, 2, SURVIVAL) for item in result]
    assert results == [2, 4, 6, 24, "parser_crash", 28, 30, 8]


def test_a_row_that_hangs_costs_itself_alone() -> None:
    results = [item for result in map_batches(double, [[98, 99], [1]], 1, SURVIVAL, deadline_s=1) for item in result]
    assert results == [196, "parse_timeout", 2]


def test_batches_are_pulled_as_they_are_needed() -> None:
    pulled = 0

    def batches() -> Iterator[list[int]]:
        nonlocal pulled
        for i in range(1000, 2000):
            pulled += 1
            yield [i]

    results = map_batches(double, batches(), 1, SURVIVAL)
    next(results)
    assert pulled < 10
    results.close()  # type: ignore[attr-defined]


def test_an_error_in_the_function_is_raised() -> None:
    with pytest.raises(ArithmeticError):
        list(map_batches(fail, [[1]], 1, SURVIVAL))
