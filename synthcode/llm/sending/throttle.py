"""How many attempts run at once: fewer when the server is overloaded, more while things go well."""

from __future__ import annotations

import asyncio
from collections import deque

_STEPS = 16


class Throttle:
    """Additive increase, multiplicative decrease (Chiu and Jain 1989), as TCP does it.

    The limit starts at the maximum. A sign of overload halves it, once for all the attempts that were
    under way together: what was sent before the limit was cut says nothing about the new limit. It does not
    fall below a sixteenth of the maximum: what is still refused then waits by itself, and single requests that
    hang must not leave the server idle. Each
    time as many attempts have succeeded as the limit allows at once, it rises by a sixteenth of the
    maximum, so that the way back takes some fifteen rounds of answers, whatever the maximum.

    Parameters
    ----------
    maximum
        Attempts at once where nothing is wrong.
    """

    def __init__(self, maximum: int) -> None:
        self.maximum = maximum
        self.limit = maximum
        self._active = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._generation = 0
        self._successes = 0

    async def enter(self) -> int:
        """Wait for a slot; return the generation of the limit that the attempt starts under."""
        if self._active < self.limit and not self._waiting:
            self._active += 1
            return self._generation
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # the slot was given just before
                self.leave()
            raise
        return self._generation

    def leave(self) -> None:
        """Give the slot back."""
        self._active -= 1
        self._admit()

    def succeeded(self) -> None:
        """Count an answer."""
        if self.limit == self.maximum:
            return
        self._successes += 1
        if self._successes >= self.limit:
            self._resize(min(self.maximum, self.limit + max(1, self.maximum // _STEPS)))

    def overloaded(self, generation: int) -> None:
        """Count a sign of overload of an attempt that started under ``generation``."""
        if generation == self._generation:
            self._generation += 1
            self._resize(max(1, self.maximum // _STEPS, self.limit // 2))

    def _resize(self, limit: int) -> None:
        self._successes = 0
        self.limit = limit
        self._admit()

    def _admit(self) -> None:
        while self._waiting and self._active < self.limit:
            turn = self._waiting.popleft()
            if not turn.done():
                self._active += 1
                turn.set_result(None)
