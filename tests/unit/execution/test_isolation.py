"""Iterating in a process that may die."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest

from synthcode.errors import InputError
from synthcode.execution.isolation import isolated
from synthcode.execution.worker import WorkerLostError


def numbers(count: int) -> Iterator[tuple[int, int]]:
    for number in range(count):
        yield number, os.getpid()


def crashes_after(count: int, number: int) -> Iterator[int]:
    yield from range(count)
    os.kill(os.getpid(), number)
    yield count


def refuses() -> Iterator[int]:
    yield 1
    raise InputError("the table is wrong", "write another")


def allocates(size: int) -> Iterator[int]:
    yield int(np.empty(size, np.uint8).size)


def chatters() -> Iterator[int]:
    os.write(1, b"out")
    os.write(2, b"terminate called after throwing an instance of")
    yield 1


def test_items_come_from_one_other_process_in_order() -> None:
    found = list(isolated(partial(numbers, 100)))
    assert [number for number, _ in found] == list(range(100))
    (process,) = {process for _, process in found}
    assert process != os.getpid()


@pytest.mark.parametrize(("number", "name"), [(signal.SIGSEGV, "SIGSEGV"), (signal.SIGABRT, "SIGABRT")])
def test_a_crash_ends_the_other_process_only_and_the_next_source_is_read(number: int, name: str) -> None:
    seen = []
    with pytest.raises(WorkerLostError, match=name):
        seen.extend(isolated(partial(crashes_after, 3, number)))
    assert len(list(isolated(partial(numbers, 2)))) == 2


def test_what_came_before_a_crash_is_yielded() -> None:
    items = isolated(partial(crashes_after, 3, signal.SIGSEGV))
    assert [next(items), next(items), next(items)] == [0, 1, 2]
    with pytest.raises(WorkerLostError):
        next(items)


def test_an_error_of_the_source_is_raised_as_it_is() -> None:
    items = isolated(refuses)
    assert next(items) == 1
    with pytest.raises(InputError) as refusal:
        next(items)
    assert (refusal.value.problem, refusal.value.fix) == ("the table is wrong", "write another")


def test_two_iterations_at_a_time_do_not_mix_and_one_that_is_left_frees_its_process() -> None:
    first, second = isolated(partial(numbers, 9)), isolated(partial(numbers, 9))
    found = [(next(first), next(second)) for _ in range(5)]
    assert [(one[0], two[0]) for one, two in found] == [(number, number) for number in range(5)]
    assert found[0][0][1] != found[0][1][1]
    left = found[0][0][1]
    first.close()
    assert {process for _, process in isolated(partial(numbers, 3))} == {left}
    assert [number for number, _ in second] == [5, 6, 7, 8]


def test_a_process_that_was_killed_while_it_waited_is_replaced() -> None:
    ((_, process),) = isolated(partial(numbers, 1))
    (child,) = (child for child in multiprocessing.active_children() if child.pid == process)
    child.kill()
    child.join()
    assert [number for number, _ in isolated(partial(numbers, 2))] == [0, 1]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds what a process allocates")
def test_memory_is_bounded() -> None:
    assert list(isolated(partial(allocates, 1 << 30))) == [1 << 30]
    with pytest.raises(WorkerLostError, match="out of memory"):
        list(isolated(partial(allocates, 5 << 30)))


def test_the_other_process_says_nothing_and_an_exit_within_an_iteration_does_not_wait() -> None:
    script = (
        "from synthcode.execution.isolation import isolated\n"
        "from tests.unit.execution.test_isolation import chatters\n"
        "items = isolated(chatters)\n"
        "assert next(items) == 1\n"
        "kept = [items]\n"
        "import sys; sys.modules['kept'] = kept\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=500)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


PREPARES = """
import sys
from synthcode.execution.isolation import _PROCESSES, isolated, prepare
prepare(sys.argv[1])
prepare(sys.argv[1])
assert list(isolated("ab".upper)) == ["A", "B"]
print(len(_PROCESSES._all), "pyarrow" in sys.modules)
"""


@pytest.mark.parametrize("module", ["synthcode.bounded.parquet", "there.is.none"])
def test_the_next_source_goes_to_the_process_that_was_prepared(module: str) -> None:
    done = subprocess.run([sys.executable, "-c", PREPARES, module], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 False\n", "")


def test_a_process_that_was_prepared_in_vain_ends_with_its_command() -> None:
    program = "from synthcode.execution.isolation import prepare; prepare('synthcode.bounded.parquet')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
