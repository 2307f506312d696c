"""Ctrl-C or SIGTERM once: finish what is in flight and stop. Twice: stop at once.

SIGUSR1, which Slurm and other schedulers send some time before they end a job, is taken for SIGTERM.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from synthcode.errors import Interrupted

REPEATED_S = 2.0
"""A second SIGTERM within this time counts as the first one: schedulers signal every process of a job, and its
script may pass the signal on."""
GRACE_S = 1.5
"""What a stage has to come to the end of a batch; then it is left where it is, as if the process had been killed."""
FINISHING_S = 8.0
"""What requests in flight have after SIGTERM, for many systems send SIGKILL ten seconds later. After Ctrl-C they have
as long as they take, for a second one ends that."""
LAST_RESORT_S = 3.0
"""What the main thread has after that to react at all: compiled code may keep it from doing so."""
_POLL_S = 0.05
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)
_IMPORT_SYSTEM = "<frozen importlib._bootstrap>"
_END = b"\0"
"""The number of no signal: ends the thread of ``_last_resort``."""
_last_signal = signal.SIGINT


class StopRequest:
    """Set when the user, or the system (SIGTERM), requests a stop.

    No ``threading.Event``: handlers run between any two instructions of the main thread, those of another handler too,
    and one that waits for the event's lock while the main thread holds it waits forever.
    """

    def __init__(self) -> None:
        self._is_set = False
        self._finishing = False
        self._finish_by: float | None = None
        self._requested_at = 0.0

    def is_set(self) -> bool:
        """Return whether a stop was requested."""
        return self._is_set

    def set(self) -> None:
        """Request a stop."""
        self._is_set = True

    def wait(self, seconds: float) -> None:
        """Wait for so many seconds, or until a stop is requested."""
        end = time.monotonic() + seconds
        while not self._is_set and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _POLL_S))

    def raise_if_set(self) -> None:
        """Leave a stage between two batches.

        Raises
        ------
        Interrupted
            If a stop was requested.
        """
        if self.is_set():
            raise Interrupted

    @contextmanager
    def finishing(self) -> Iterator[None]:
        """Let a block that looks at the request itself finish what is in flight: see ``FINISHING_S``."""
        self._finishing = True
        try:
            yield
        finally:
            self._finishing = False
            if self.is_set():
                signal.setitimer(signal.ITIMER_REAL, GRACE_S)

    @contextmanager
    def storing(self) -> Iterator[None]:
        """Let a block that only stores what is finished come to its end, for as long as a block of ``finishing``."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        with self.finishing():
            yield

    @property
    def is_finishing(self) -> bool:
        """Whether what is in flight is being finished, and may still be."""
        return self._finishing and (self._finish_by is None or time.monotonic() < self._finish_by)

    @property
    def is_recent(self) -> bool:
        """Whether the stop was requested a moment ago."""
        return time.monotonic() < self._requested_at + REPEATED_S

    def request(self, number: int) -> None:
        """Note that a signal requests a stop, and set the timer that ends what does not look at it."""
        self._requested_at = time.monotonic()
        self.set()
        if number != signal.SIGINT:
            self._finish_by = time.monotonic() + FINISHING_S
        is_bounded = self._finishing and number != signal.SIGINT
        signal.setitimer(signal.ITIMER_REAL, FINISHING_S if is_bounded else GRACE_S)


def exit_code() -> int:
    """Return the exit code of a command that was stopped: 130 for Ctrl-C, 143 for SIGTERM and SIGUSR1."""
    return 128 + _last_signal


@contextmanager
def stop_at_once() -> Iterator[None]:
    """End a block by KeyboardInterrupt on SIGINT or SIGTERM; read-only commands need nothing more.

    Within an import the process ends where it is, as if it had been killed: compiled modules may crash on an exception
    while they are loaded.
    """

    def on_signal(number: int, frame: FrameType | None) -> None:
        _remember(number)
        if _is_importing(frame):
            with contextlib.suppress(Exception):  # the signal may have come while it is being written to
                sys.stdout.flush()
            _leave(number)
        raise KeyboardInterrupt

    with _handlers(dict.fromkeys(_SIGNALS, on_signal)):
        yield


@contextmanager
def watch_for_stop(announce: Callable[[str], None] | None = None) -> Iterator[StopRequest]:
    """Turn the first SIGINT or SIGTERM into a request to stop, and the second into KeyboardInterrupt.

    A stage that does not look at the request within ``GRACE_S`` is left by KeyboardInterrupt as well.

    Parameters
    ----------
    announce
        Called with a line for people on the first signal.
    """
    stop = StopRequest()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        _remember(number)
        if stop.is_set():
            if number != signal.SIGINT and stop.is_recent:
                return
            raise KeyboardInterrupt
        stop.request(number)
        if announce is None:
            return
        with contextlib.suppress(RuntimeError):  # the signal may have come while a line is being written
            announce("stopping: what is in flight is finished and stored first (again: stop at once)")

    def on_alarm(_number: int, _frame: FrameType | None) -> None:
        if not stop.is_finishing:
            raise KeyboardInterrupt

    with _handlers({**dict.fromkeys(_SIGNALS, on_signal), signal.SIGALRM: on_alarm}), _last_resort(stop):
        try:
            yield stop
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


@contextmanager
def _handlers(handlers: dict[int, object]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}  # type: ignore[arg-type]
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _remember(number: int) -> None:
    global _last_signal
    _last_signal = _reported(number)


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == _IMPORT_SYSTEM:
            return True
        frame = frame.f_back
    return False


def _leave(number: int) -> NoReturn:
    """End the process at once, and say so."""
    os.write(2, b"stopped; everything that was finished is stored\nrun the same command again to go on\n")
    os._exit(128 + _reported(number))


def _reported(number: int) -> signal.Signals:
    """Return the signal that the exit code names."""
    return signal.SIGINT if number == signal.SIGINT else signal.SIGTERM


@contextmanager
def _last_resort(stop: StopRequest) -> Iterator[None]:
    """End the process from another thread if the main thread does not react to a signal.

    Python runs handlers in the main thread, between two instructions: compiled code may keep it from doing so. The
    interpreter writes the number of a signal to a pipe even then.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    left = threading.Event()

    def watch() -> None:
        while (number := os.read(reading, 1)) != _END:
            if number[0] not in _SIGNALS or left.wait(GRACE_S + LAST_RESORT_S):
                continue
            if not stop.is_finishing or (number[0] != signal.SIGINT and not left.wait(FINISHING_S)):
                _leave(number[0])

    thread = threading.Thread(target=watch, name="last resort", daemon=True)
    thread.start()
    try:
        yield
    finally:
        left.set()
        signal.set_wakeup_fd(before)
        # A byte rather than the end of the pipe: a child that was forked in the block still holds the other end.
        os.write(writing, _END)
        thread.join()
        os.close(writing)
        os.close(reading)
