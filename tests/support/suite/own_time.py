"""An event loop whose clock stands still while other programs have the processor."""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Selector(selectors.DefaultSelector):
    """Counts the seconds for which it waits: no more than it was to wait, however late the system wakes it."""

    waited_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for events."""
        started = time.monotonic()
        events = super().select(timeout)
        waited = time.monotonic() - started
        self.waited_s += waited if timeout is None else min(waited, max(0.0, timeout))
        return events


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._own_selector = _Selector()
        super().__init__(self._own_selector)

    def time(self) -> float:
        """Return the seconds that this thread has computed or waited for."""
        return self._own_selector.waited_s + time.thread_time()


def run_in_own_time(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine; its timeouts and sleeps do not count the time for which a busy machine holds this thread up.

    The servers that it talks to must be in the same loop.
    """
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(main)
