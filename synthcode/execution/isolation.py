"""Iterating, in a process of its own, over what native code decodes: input that crashes the decoder ends that process.

A decoder such as Arrow's may end its process on damaged or hostile input. The process that runs the command gets the
items through a pipe, and learns how the other one ended.
"""

from __future__ import annotations

import atexit
import importlib
import multiprocessing
import os
import resource
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple, TypeVar

from synthcode.errors import WorkerError
from synthcode.execution.worker import NotTakenError, Worker, spawner

Item = TypeVar("Item")
Source = Callable[[], Iterable[Item]]

ITEM_SECONDS = 120.0
"""Of the processor, for one item."""
ITEM_WALL_SECONDS = 3_600.0
"""Of wall clock, for one item: it may have to be downloaded."""
MEMORY = 4 << 30
"""Bytes that the process may allocate."""
_MOST_IDLE = 2
_STARTS = 3


def isolated(source: Source[Item]) -> Iterator[Item]:
    """Yield the items of a source that runs in another process.

    In a worker process, which may die without harm, the source runs where it is.

    Parameters
    ----------
    source
        Called in the other process; must be picklable, and so must its items and its exceptions.

    Raises
    ------
    WorkerLostError
        If the other process crashes, hangs, or needs more memory than ``MEMORY``.
    WorkerError
        If no process can be started.
    """
    if multiprocessing.current_process().daemon:
        yield from source()
        return
    worker, step = _begin(source)
    try:
        while step.is_item:
            in_step = True
            yield step.value
            in_step = False
            step = worker.apply(None)
        in_step = True
    finally:
        # Between two items, also where the caller has seen enough, the process can take another source.
        (_PROCESSES.give_back if in_step else _PROCESSES.end)(worker)
    if step.value is not None:
        raise step.value


def prepare(module: str) -> None:
    """Start a process for ``isolated`` in the background, which imports a module meanwhile.

    What goes wrong is left to ``isolated``, which tries again.
    """
    if not multiprocessing.current_process().daemon:
        _PROCESSES.prepare(partial(_imported, module))


def _imported(module: str) -> Iterable[None]:
    importlib.import_module(module)
    return ()


class _Step(NamedTuple):
    """An item, or how the iteration ended: with None, or with an exception of the source."""

    is_item: bool
    value: Any


class _Iteration:
    """The end of the other process: it begins a source, or goes on with the one that it has."""

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._items: Iterator[Any] = iter(())
        self._is_prepared = False

    def __call__(self, source: Source[Any] | None) -> _Step:
        try:
            if source is not None:
                self._prepare()
                self._items = iter(source())
            return _Step(True, next(self._items))
        except StopIteration:
            return _Step(False, None)
        except MemoryError:
            raise  # the process ends
        except Exception as problem:
            return _Step(False, problem)

    def _prepare(self) -> None:
        """Bound the memory of this process, and silence it: a library that aborts says so on standard error."""
        if self._is_prepared:
            return
        self._is_prepared = True
        hardest = resource.getrlimit(resource.RLIMIT_DATA)[1]
        limit = self._memory if hardest == resource.RLIM_INFINITY else min(self._memory, hardest)
        with suppress(ValueError, OSError):  # macOS has no such limit
            resource.setrlimit(resource.RLIMIT_DATA, (limit, hardest))
        with open(os.devnull, "wb") as nowhere:
            for descriptor in (1, 2):
                os.dup2(nowhere.fileno(), descriptor)


class _Processes:
    """Those that work, and those that wait for a source: one starts in a quarter of a second, and a file takes less."""

    def __init__(self) -> None:
        self._all: set[Worker[Any, _Step]] = set()
        self._idle: list[Worker[Any, _Step]] = []
        self._lock = threading.Lock()
        self._owner = os.getpid()
        self._preparation: threading.Thread | None = None

    def prepare(self, source: Source[Any]) -> None:
        """Start one in a thread, unless there is one, and give it a source without items."""
        with self._lock:
            if self._all or self._preparation is not None:
                return
            self._preparation = threading.Thread(target=_run, args=(source,), name="isolation")
            self._preparation.start()

    def take(self) -> Worker[Any, _Step]:
        """Return one that lives, or start one."""
        with self._lock:
            if self._owner != os.getpid():  # a fork has none of them
                self._all, self._idle, self._owner, self._preparation = set(), [], os.getpid(), None
            preparation = self._preparation
        if preparation is not None and preparation is not threading.current_thread():
            preparation.join()
        with self._lock:
            idle = self._idle.pop() if self._idle else None
        if idle is not None and idle.is_alive:
            return idle
        if idle is not None:
            self.end(idle)
        worker: Worker[Any, _Step] = Worker(spawner(), _Iteration(MEMORY), ITEM_SECONDS, ITEM_WALL_SECONDS)
        with self._lock:
            self._all.add(worker)
        return worker

    def give_back(self, worker: Worker[Any, _Step]) -> None:
        """Keep one for the next source, unless enough of them wait."""
        with self._lock:
            is_kept = worker in self._all and len(self._idle) < _MOST_IDLE
            if is_kept:
                self._idle.append(worker)
        if not is_kept:
            self.end(worker)

    def end(self, worker: Worker[Any, _Step]) -> None:
        """End one."""
        with self._lock:
            is_ours = worker in self._all
            self._all.discard(worker)
        if is_ours:
            worker.kill()

    def end_all(self) -> None:
        """End all, before multiprocessing waits for them at the exit: they ignore its signal."""
        if self._owner == os.getpid():
            for worker in list(self._all):
                self.end(worker)


def _run(source: Source[Any]) -> None:
    with suppress(Exception):
        list(isolated(source))


_PROCESSES = _Processes()
atexit.register(_PROCESSES.end_all)


def _begin(source: Source[Any]) -> tuple[Worker[Any, _Step], _Step]:
    """Return a process, and its first step on the source; one that dies before it has the source is replaced."""
    for _ in range(_STARTS):
        try:
            return _try_to_begin(source)
        except NotTakenError as loss:
            ending = str(loss)
    raise WorkerError(f"worker processes die before they can begin ({ending})", "give the command more memory")


def _try_to_begin(source: Source[Any]) -> tuple[Worker[Any, _Step], _Step]:
    worker = _PROCESSES.take()
    try:
        return worker, worker.apply(source)
    except BaseException:
        _PROCESSES.end(worker)
        raise
