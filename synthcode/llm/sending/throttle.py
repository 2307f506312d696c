"""How many attempts run at once: fewer when the server is overloaded, more while things go well."""

from __future__ import annotations

import asyncio
from collections import deque

_STEPS = 16


class Throttle:
    """Additive increase, multiplicative decrease (Chiu and Jain 1989), as TCP does it.

    The limit starts at the maximum. A sign of overload lowers it, once for all the attempts that were
    under way together: what was sent before the limit was cut says nothing about the new limit.

    A refusal halves the limit, down to a sixteenth of the maximum: what is still refused then waits by itself. An
    attempt that reached its deadline halves it too, and quarters it if the server has answered nothing since the last
    cut, down to one: a server that is too slow for what is in flight finishes none of it, and a deadline is long.

    Each time as many attempts have succeeded as the limit allows at once, it rises: by a sixteenth of the maximum, so
    that the way back takes some fifteen rounds of answers, or by one after a deadline, because another one costs more.

    Parameters
    ----------
    maximum
        Attempts at once where nothing is wrong.
    """

    def __init__(self, maximum: int) -> None:
        self.maximum = maximum
        self.limit = maximum
        self.answers = 0
        """How many attempts have succeeded so far."""
        self.active = 0
        """How many attempts run."""
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.generation = 0
        """How often the limit was cut so far."""
        self._successes = 0
        self._answers_at_cut = 0
        self._step = max(1, maximum // _STEPS)

    async def enter(self) -> int:
        """Wait for a slot; return the generation of the limit that the attempt starts under."""
        if self.active < self.limit and not self._waiting:
            self.active += 1
            return self.generation
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # the slot was given just before
                self.leave()
            raise
        return self.generation

    def leave(self) -> None:
        """Give the slot back."""
        self.active -= 1
        self._admit()

    def succeeded(self) -> None:
        """Count an answer."""
        self.answers += 1
        if self.limit == self.maximum:
            return
        self._successes += 1
        if self._successes >= self.limit:
            self._resize(min(self.maximum, self.limit + self._step))
            if self.limit == self.maximum:
                self._step = max(1, self.maximum // _STEPS)

    def overloaded(self, generation: int) -> None:
        """Count a refusal of an attempt that started under ``generation``."""
        if generation == self.generation:
            self._cut(max(1, min(self.limit, self.maximum // _STEPS), self.limit // 2))

    def timed_out(self, generation: int) -> None:
        """Count a deadline that an attempt reached that started under ``generation``."""
        if generation == self.generation:
            self._step = 1
            has_answered = self.answers > self._answers_at_cut
            self._cut(max(1, self.limit // (2 if has_answered else 4)))

    def _cut(self, limit: int) -> None:
        self.generation += 1
        self._answers_at_cut = self.answers
        self._resize(limit)

    def _resize(self, limit: int) -> None:
        self._successes = 0
        self.limit = limit
        self._admit()

    def _admit(self) -> None:
        while self._waiting and self.active < self.limit:
            turn = self._waiting.popleft()
            if not turn.done():
                self.active += 1
                turn.set_result(None)
