"""Cancellation, as the tasks of one event loop see it."""

from __future__ import annotations

import asyncio
from typing import Protocol

POLL_S = 0.05


class StopSignal(Protocol):
    """Anything that says whether to stop: ``threading.Event``, ``asyncio.Event``."""

    def is_set(self) -> bool:
        """Return whether a stop was requested."""


class Cancellation:
    """A stop request that ends waits at once.

    Parameters
    ----------
    signal
        Read every 50 ms: a signal handler or another thread may set it.
    """

    def __init__(self, signal: StopSignal | None) -> None:
        self._signal = signal
        self._stopped = asyncio.Event()

    def is_set(self) -> bool:
        """Return whether a stop was requested."""
        if self._signal is not None and self._signal.is_set():
            self._stopped.set()
        return self._stopped.is_set()

    def stop(self) -> None:
        """Request a stop."""
        self._stopped.set()

    async def watch(self) -> None:
        """Pass the signal on to waiting tasks. Runs until cancelled."""
        while not self.is_set():
            await asyncio.sleep(POLL_S)

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds, or until a stop is requested."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopped.wait()
        except TimeoutError:
            return
