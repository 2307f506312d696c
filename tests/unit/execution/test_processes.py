from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from synthcode.errors import WorkerError
from synthcode.execution import worker as worker_module
from synthcode.execution.executor import PoisonPolicy, halve
from synthcode.execution.processes import map_batches

ROOT = Path(__file__).resolve().parents[3]
LONG_S = 120.0
"""Of wall clock: what no row takes, even on a busy machine."""


def double(batch: list[int]) -> list[int | str]:
    if 13 in batch:
        os.kill(os.getpid(), signal.SIGSEGV)
    while 99 in batch:
        pass
    if 98 in batch:
        os.kill(os.getpid(), signal.SIGSTOP)
    if 97 in batch:
        use_up_memory()
    return [2 * item for item in batch]


def use_up_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (2**33, resource.getrlimit(resource.RLIMIT_AS)[1]))
    bytearray(2**34)


@dataclass
class DiesAtFirst:
    """Doubles; the first workers are killed, as the system does when memory runs out."""

    diary: Path
    deaths: int
    at_start: bool

    def __call__(self, batch: list[int]) -> list[int | str]:
        if not self.at_start:
            self._die()
        return double(batch)

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        if self.at_start:
            self._die()

    def _die(self) -> None:
        with self.diary.open("a") as stream:
            stream.write(".")
        if self.diary.stat().st_size <= self.deaths:
            os.kill(os.getpid(), signal.SIGKILL)


def fail(batch: list[int]) -> list[int | str]:
    raise ArithmeticError(batch)


SURVIVAL = PoisonPolicy(bisect=halve, on_lost_row=lambda batch, reason: [reason for _ in batch])


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_order_whatever_the_number_of_workers(workers: int) -> None:
    batches = [[i, i + 1] for i in range(100, 140, 2)]
    assert list(map_batches(double, batches, workers, SURVIVAL)) == [[2 * a, 2 * b] for a, b in batches]


def test_a_row_that_kills_its_worker_costs_itself_alone() -> None:
    batches = [[1, 2, 3], [12, 13, 14, 15], [4]]
    results = [item for result in map_batches(double, batches, 2, SURVIVAL) for item in result]
    assert results == [2, 4, 6, 24, "parser_crash", 28, 30, 8]


def test_a_row_that_hangs_costs_itself_alone() -> None:
    results = [item for result in map_batches(double, [[96, 99], [1]], 1, SURVIVAL, 0.1, LONG_S) for item in result]
    assert results == [192, "parse_timeout", 2]


def test_a_row_that_stops_its_worker_costs_itself_alone() -> None:
    for wall_deadline_s in (0.3, 3.0, 30.0):  # a busy machine may take longer than the first for the good row
        results = list(map_batches(double, [[98], [1]], 1, SURVIVAL, wall_deadline_s=wall_deadline_s))
        if results[1] == [2]:
            break
    assert results == [["parse_timeout"], [2]]


def test_a_row_that_needs_more_memory_than_there_is_costs_itself_alone() -> None:
    results = [item for result in map_batches(double, [[1, 97, 2], [3]], 1, SURVIVAL) for item in result]
    assert results == [2, "parser_crash", 4, 6]


@pytest.mark.parametrize("at_start", [True, False])
def test_workers_killed_before_or_with_a_row_are_replaced_and_the_row_is_not_blamed(
    tmp_path: Path, at_start: bool
) -> None:
    function = DiesAtFirst(tmp_path / "diary", deaths=3 if at_start else 1, at_start=at_start)
    assert list(map_batches(function, [[1], [2], [3]], 2, SURVIVAL)) == [[2], [4], [6]]


@pytest.mark.parametrize("at_start", [True, False])
def test_workers_that_are_always_killed_are_the_fault_of_no_row(tmp_path: Path, at_start: bool) -> None:
    function = DiesAtFirst(tmp_path / "diary", deaths=1000, at_start=at_start)
    with pytest.raises(WorkerError, match="SIGKILL") as refusal:
        list(map_batches(function, ([i] for i in range(100)), 2, SURVIVAL))
    assert str(refusal.value).count("\n") == 1


def test_workers_killed_between_batches_are_replaced() -> None:
    killed = 0
    expected = [[2 * i] for i in range(200, 230)]
    results = []
    for result in map_batches(double, ([i] for i in range(200, 230)), 2, SURVIVAL):
        results.append(result)
        if len(results) % 10 == 0:
            for worker in workers_of(psutil.Process()):
                worker.kill()
                killed += 1
    assert results == expected
    assert killed >= 3


@pytest.mark.slow
def test_a_killed_fork_server_is_replaced() -> None:
    results = map_batches(double, [[1], [2], [3], [4]], 1, SURVIVAL)
    found = [next(results)]
    server = next(iter(workers_of(psutil.Process()))).parent()
    assert server is not None
    for process in [server, *workers_of(psutil.Process())]:
        process.kill()
    assert [*found, *results] == [[2], [4], [6], [8]]


def test_a_fork_server_that_is_going_down_is_waited_for() -> None:
    """A server that was killed refuses connections before the system says that it has ended."""
    results = map_batches(double, [[1], [2], [3], [4], [5]], 1, SURVIVAL)
    found = [next(results)]
    (worker,) = workers_of(psutil.Process())
    server = worker.parent()
    assert server is not None
    addresses = [one.laddr for one in server.net_connections("unix") if one.laddr and "listener-" in one.laddr]
    os.unlink(addresses[0])
    with socket.socket(socket.AF_UNIX) as refusing:  # bound, but not listening: like a server that is dying
        refusing.bind(addresses[0])
        worker.kill()
        ending = threading.Timer(0.3, server.kill)
        ending.start()
        found += list(results)
        ending.join()
    assert found == [[2], [4], [6], [8], [10]]


def test_a_fork_server_that_was_stopped_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    results = map_batches(double, [[1], [2], [3], [4]], 1, SURVIVAL)
    found = [next(results)]
    (worker,) = workers_of(psutil.Process())
    server = worker.parent()
    assert server is not None
    server.suspend()
    worker.kill()
    kill = worker_module._kill_fork_server

    def kill_once() -> None:
        monkeypatch.undo()
        kill()

    monkeypatch.setattr(worker_module, "START_SECONDS", 0.1)
    monkeypatch.setattr(worker_module, "STOP_SECONDS", 0.1)  # the server reports no ends
    monkeypatch.setattr(worker_module, "_kill_fork_server", kill_once)
    found += list(results)
    assert found == [[2], [4], [6], [8]]


@pytest.mark.slow
def test_modules_of_stages_start_no_threads() -> None:
    """A fork server that loaded them would have the threads, and what it forks would inherit their locks.

    Arrow's allocator, jemalloc, has a thread that it stops while a process forks.
    """
    names = "(task / 'comm').read_text().strip() for task in Path('/proc/self/task').iterdir() if task.name != str(pid)"
    imports = "import os; from pathlib import Path; import tests.support.suite.warm_workers"
    script = f"{imports}; pid = os.getpid(); print(*({names}))"
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, timeout=500)
    assert done.returncode == 0, done.stderr.decode()
    assert set(done.stdout.decode().split()) <= {"jemalloc_bg_thd"}


def workers_of(parent: psutil.Process) -> list[psutil.Process]:
    """Return the processes that the fork server has made."""
    return [process for process in parent.children(recursive=True) if process.ppid() != parent.pid]


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


def own_pid(batch: list[int]) -> list[int | str]:
    return [os.getpid() for _ in batch]


def test_a_worker_that_has_taken_many_batches_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "MOST_BATCHES", 3)
    survival = PoisonPolicy[list[int], list[int | str]](bisect=halve, on_lost_row=lambda row, _: list(row))
    pids = [pid for [pid] in map_batches(own_pid, ([number] for number in range(8)), 1, survival)]
    assert [pids.index(pid) for pid in pids] == [0, 0, 0, 3, 3, 3, 6, 6]
