"""How a call from Python runs: its progress, its errors, Ctrl-C, and notebooks with an event loop of their own."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import FrameType
from typing import NamedTuple, TypeVar, cast

from synthcode.errors import Interrupted, StorageError, SynthcodeError
from synthcode.pipelines.runs.interrupt import StopRequest
from synthcode.pipelines.runs.reporter import Bar
from synthcode.redaction import redact

Result = TypeVar("Result")
Word = TypeVar("Word", bound=str)


class Progress(NamedTuple):
    """How far a piece of work has come, or a message."""

    label: str
    """What is being done, such as ``translate``; empty for a message."""
    done: int
    total: int | None
    """None if the number of units is not known."""
    note: str
    """A remark on the progress, or the message."""


OnProgress = Callable[[Progress], None]


class CallbackReporter:
    """Hands what a run says to a function of the caller's.

    Parameters
    ----------
    on_progress
        Called in the thread that works. An exception that it raises ends the work; None drops everything.
    """

    def __init__(self, on_progress: OnProgress | None) -> None:
        self._on_progress = on_progress

    def message(self, line: str) -> None:
        """Hand on a line, without secrets."""
        if self._on_progress is not None:
            self._on_progress(Progress("", 0, None, redact(line)))

    @contextmanager
    def progress(self, label: str, total: int | None) -> Iterator[Bar]:
        """Provide a bar that hands on every advance."""
        yield _CallbackBar(self._on_progress, label, total)


class _CallbackBar:
    def __init__(self, on_progress: OnProgress | None, label: str, total: int | None) -> None:
        self._on_progress, self._label, self._total = on_progress, label, total
        self._done = 0

    def advance(self, count: int = 1, note: str = "") -> None:
        self._done += count
        if self._on_progress is not None:
            self._on_progress(Progress(self._label, self._done, self._total, redact(note)))


class QuietStop(StopRequest):
    """A request to stop that sets no timers: the process belongs to the caller."""

    @contextmanager
    def finishing(self) -> Iterator[None]:
        """Finish what is in flight, however long it takes."""
        yield

    def request(self, number: int) -> None:
        """Note the request."""
        self.set()


def call(work: Callable[[StopRequest], Result]) -> Result:
    """Do what a public function does.

    In the main thread, Ctrl-C finishes and stores what is in flight first; a second one stops at once. In other threads
    no signal handler is touched. Under a running event loop, as in Jupyter, the work is done in a thread.

    Raises
    ------
    SynthcodeError
        If the work is refused or fails; without secrets.
    KeyboardInterrupt
        If the user stopped it.
    """
    with _stopped_by_ctrl_c() as stop:
        try:
            return _outside_event_loop(work, stop)
        except Interrupted as stopped:
            raise KeyboardInterrupt from stopped
        except SynthcodeError as problem:
            problem.problem, problem.fix = redact(problem.problem), redact(problem.fix)
            problem.args = (problem.problem, problem.fix)
            raise
        except OSError as problem:
            fix = "check the path, what you may read and write there, and that the disk is not full"
            raise StorageError(redact(str(problem)), fix) from problem


def _outside_event_loop(work: Callable[[StopRequest], Result], stop: StopRequest) -> Result:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return work(stop)
    with ThreadPoolExecutor(1, thread_name_prefix="synthcode") as thread:
        return thread.submit(work, stop).result()


@contextmanager
def _stopped_by_ctrl_c() -> Iterator[StopRequest]:
    stop = QuietStop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:  # the program's own, or ignored: none of ours
        yield stop
        return

    def on_signal(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            signal.default_int_handler(number, frame)
        stop.set()

    signal.signal(signal.SIGINT, on_signal)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def several(given: Sequence[Word]) -> tuple[Word, ...]:
    """Return a sequence of words as a tuple. One string is what the command line takes: words with commas between."""
    if isinstance(given, str):
        return tuple(cast("Word", word.strip()) for word in given.split(",") if word.strip())
    return tuple(given)
