"""Ctrl-C once: finish what is in flight and stop. Twice: stop at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

from synthcode.errors import Interrupted


class StopRequest(threading.Event):
    """Set when the user, or the system (SIGTERM), asks to stop."""

    def raise_if_set(self) -> None:
        """Leave a stage between two batches.

        Raises
        ------
        Interrupted
            Where a stop was asked for.
        """
        if self.is_set():
            raise Interrupted


@contextmanager
def watch_for_stop() -> Iterator[StopRequest]:
    """Turn the first SIGINT or SIGTERM into a request to stop, and the second into KeyboardInterrupt."""
    stop = StopRequest()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        click.echo("stopping: what is in flight is finished and stored first (again: stop at once)", err=True)

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
