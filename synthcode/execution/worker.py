"""One worker process that applies a function to batches, and the parent's end of its pipe.

Every worker has a pipe of its own. Workers that share a queue share its lock, and one that is killed while it holds the
lock stops the others for ever.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import resource
import signal
import socket
import struct
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import forkserver as fork_server
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext, SpawnContext
from types import ModuleType
from typing import Any, Generic, Literal, TypeVar

Batch = TypeVar("Batch")
Result = TypeVar("Result")

START_SECONDS = 120.0
"""Of wall clock, for a worker to import what it needs."""
RESTART_PAUSES_S = tuple(0.01 * 2**attempt for attempt in range(10))
"""Ten seconds in all: the system takes that long to bury a large process on a busy machine."""
PIPE_SECONDS = 60
"""Of wall clock, for the other end of a pipe to take or give the next bytes of a message."""
WALL_FACTOR = 10.0
"""A batch may take this many times its processor seconds of wall clock: a busy machine is not the batch's fault."""
STOP_SECONDS = 5.0
MOST_BATCHES = 512
"""A worker takes no more: tree-sitter 0.26 keeps a copy of each text that it reads in pieces, 0.4 MB for each batch of
the gate. To start another worker takes as long as six batches."""
OUT_OF_MEMORY = 137
"""Exit status of a worker that could not allocate: its heap is not to be trusted with the next batch."""

_BOOKKEEPING = threading.Lock()
"""multiprocessing polls all of its children when it starts one; two threads that poll one child lose its exit code."""


class WorkerLostError(Exception):
    """The worker died, or was killed because it did not come back.

    Parameters
    ----------
    how
        One line: by which signal or with which status it ended.
    cause
        ``busy``: the batch used up its processor seconds; ``stuck``: it used up its wall clock; ``killed``: the worker
        was ended from outside or for want of memory; ``died``: anything else.
    """

    def __init__(self, how: str, cause: Literal["busy", "stuck", "killed", "died"] = "died") -> None:
        super().__init__(how)
        self.cause = cause


class NotTakenError(WorkerLostError):
    """The worker died before it had the whole batch: the batch cannot be the cause."""


class Worker(Generic[Batch, Result]):
    """A process that waits for batches.

    Parameters
    ----------
    context
        What starts the process.
    function
        Applied to every batch; must be picklable.
    cpu_seconds
        Of the processor, for one batch.
    wall_seconds
        Of wall clock, for one batch.

    Raises
    ------
    NotTakenError
        If the process dies, or does not answer, before it is ready for its first batch.
    """

    def __init__(
        self,
        context: ForkServerContext | SpawnContext,
        function: Callable[[Batch], Result],
        cpu_seconds: float,
        wall_seconds: float,
    ) -> None:
        self._wall_seconds = wall_seconds
        self._batches_left = MOST_BATCHES
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, function, cpu_seconds), daemon=True)
        try:
            _bound_waits(self._pipe)
            self._start()
            theirs.close()
            self._receive(time.monotonic() + START_SECONDS)
        except (WorkerLostError, EOFError, OSError) as problem:
            theirs.close()
            self.kill()
            how = str(problem) if isinstance(problem, WorkerLostError) else f"it could not be started: {problem}"
            raise NotTakenError(how) from problem

    def _start(self) -> None:
        """Start the process; wait while a fork server that was killed is going down, for another to take its place."""
        for pause in RESTART_PAUSES_S:
            try:
                self._start_once()
                return
            except ConnectionRefusedError:  # the server is not yet known to be dead
                time.sleep(pause)
        self._start_once()

    def _start_once(self) -> None:
        with _BOOKKEEPING, _without_main(), _bounded_fork():
            self._process.start()

    @property
    def is_alive(self) -> bool:
        """Whether the process could take a batch, and has not taken ``MOST_BATCHES``."""
        return self._batches_left > 0 and not wait([self._process.sentinel], 0)

    def apply(self, batch: Batch) -> Result:
        """Return the function's result, or raise its exception.

        Raises
        ------
        NotTakenError
            If the worker died before it had the batch.
        WorkerLostError
            If it died on the batch or passed its deadline. The worker is then useless.
        """
        self._batches_left -= 1
        try:
            self._pipe.send(batch)
        except OSError as problem:
            raise NotTakenError(self._ending()) from problem
        is_result, value = self._receive(time.monotonic() + self._wall_seconds)
        if is_result:
            result: Result = value
            return result
        raise value

    def _receive(self, deadline: float) -> Any:
        ready = wait([self._pipe, self._process.sentinel], max(0.0, deadline - time.monotonic()))
        if not ready:
            self.kill()
            raise WorkerLostError("it did not come back in time", "stuck")
        # A worker that died may have sent its result before; its end of the pipe says so.
        try:
            return self._pipe.recv()
        except (EOFError, OSError) as problem:
            raise self._loss() from problem

    def _loss(self) -> WorkerLostError:
        how, status = self._ending(), self._process.exitcode
        if status == -signal.SIGXCPU:
            return WorkerLostError(how, "busy")
        return WorkerLostError(how, "killed" if status in (-signal.SIGKILL, OUT_OF_MEMORY) else "died")

    def _ending(self) -> str:
        """Make sure that the process has ended, and say how."""
        with _BOOKKEEPING:
            self._process.join(STOP_SECONDS)
        self._end()
        status = self._process.exitcode
        if status is not None and status < 0:
            return f"signal {-status}, {signal.Signals(-status).name}"
        return "it ran out of memory" if status == OUT_OF_MEMORY else f"exit status {status}"

    def stop(self) -> None:
        """Let the process end by itself, or kill it."""
        self._pipe.close()
        if self._process.pid is not None:
            with _BOOKKEEPING:
                self._process.join(STOP_SECONDS)
        self._end()

    def kill(self) -> None:
        """End the process now. May be called from another thread."""
        self._end()

    def _end(self) -> None:
        with _BOOKKEEPING, suppress(OSError):
            if self._process.pid is not None and self._process.exitcode is None:
                self._process.kill()
                self._process.join(STOP_SECONDS)


@contextmanager
def _without_main() -> Iterator[None]:
    """Hide the main module from multiprocessing, which would run a user's script again in every worker.

    Workers need nothing of it: their functions are in modules that they import.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _bounded_fork() -> Iterator[None]:
    """Kill a fork server that does not fork in time, say one that was stopped: multiprocessing would wait for ever.

    The start then ends with an error, and the next one starts another server.
    """
    timer = threading.Timer(START_SECONDS, _kill_fork_server)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _kill_fork_server() -> None:
    pid = fork_server._forkserver._forkserver_pid  # type: ignore[attr-defined]
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _bound_waits(pipe: Connection) -> None:
    """Let no read or write of the parent wait for ever, say for a worker that was stopped."""
    with socket.socket(fileno=os.dup(pipe.fileno())) as end:
        bound = struct.pack("ll", PIPE_SECONDS, 0)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, bound)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, bound)


def _serve(pipe: Connection, function: Callable[[Any], Any], cpu_seconds: float) -> None:
    """Apply the function to every batch until the parent closes its end or dies."""
    # Ctrl-C reaches the whole process group; the parent decides what is finished first.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    with suppress(EOFError, OSError):
        pipe.send(None)
        while True:
            batch = pipe.recv()
            _limit_processor(cpu_seconds)
            pipe.send(_outcome(function, batch))


def _outcome(function: Callable[[Any], Any], batch: Any) -> tuple[bool, Any]:
    try:
        return True, function(batch)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except Exception as problem:
        problem.add_note(f"in a worker process:\n{traceback.format_exc()}")
        return False, problem


def _limit_processor(seconds: float) -> None:
    """Let the system end this process when it has used some more seconds of the processor, whatever it is doing."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = math.ceil(used.ru_utime + used.ru_stime + seconds)
    hardest = resource.getrlimit(resource.RLIMIT_CPU)[1]
    if hardest != resource.RLIM_INFINITY:
        limit = min(limit, hardest)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, hardest))


def forkserver(*preload: str) -> ForkServerContext:
    """Return what starts workers: a fork of this process could inherit a lock that one of Arrow's threads holds."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preload))
    return context


def spawner() -> SpawnContext:
    """Return what starts single workers: the fork server of this process is made for the functions of its stages."""
    return multiprocessing.get_context("spawn")
