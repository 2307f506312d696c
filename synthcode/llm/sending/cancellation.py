"""Being asked to stop, as the tasks of one event loop see it."""

from __future__ import annotations

import asyncio
from typing import Protocol

POLL_S = 0.05


class StopSignal(Protocol):
    """Anything that can be asked whether to stop: ``threading.Event``, ``asyncio.Event``."""

    def is_set(self) -> bool:
        """Return whether a stop was asked for."""


class Cancellation:
    """A stop that ends waits at once.

    Parameters
    ----------
    signal
        Looked at every 50 ms: it may be set by a signal handler or another thread.
    """

    def __init__(self, signal: StopSignal | None) -> None:
        self._signal = signal
        self._stopped = asyncio.Event()

    def is_set(self) -> bool:
        """Return whether a stop was asked for."""
        if self._signal is not None and self._signal.is_set():
            self._stopped.set()
        return self._stopped.is_set()

    def stop(self) -> None:
        """Ask for a stop."""
        self._stopped.set()

    async def watch(self) -> None:
        """Pass the signal on to those who sleep. Runs until cancelled."""
        while not self.is_set():
            await asyncio.sleep(POLL_S)

    async def sleep(self, seconds: float) -> None:
        """Wait, but no longer than until a stop is asked for."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopped.wait()
        except TimeoutError:
            return
