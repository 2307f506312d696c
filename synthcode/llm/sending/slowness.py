"""Telling a server that is too slow for what is in flight from a request that never ends."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from synthcode.errors import ServerError
from synthcode.llm.backend import AttemptFailed
from synthcode.llm.sending.settings import RequestPolicy
from synthcode.llm.sending.throttle import Throttle

_TURNOVERS = 2
"""A server that has answered so many times what was in flight has had time for each of it."""
_MOST_SPARED = 4
"""A request gets at most so many times ``max_attempts`` attempts."""


class Start(NamedTuple):
    """What was so when an attempt started."""

    generation: int
    active: int
    """Attempts that ran, this one among them."""
    answers: int


class Slowness:
    """What the deadlines of all attempts together say.

    A server without a GPU shares its speed among all that is in flight: 64 requests that take 20 s one by one reach a
    deadline of ten minutes together, and none of them is at fault. So a deadline lowers the number in flight, and
    counts against its request only if the server had time for it.

    Parameters
    ----------
    throttle
        What limits the number in flight.
    settings
        ``max_attempts`` is how often a request may reach its deadline, ``outage_s`` how long a server may finish none.
    clock
        Seconds, monotonic.
    """

    def __init__(
        self, throttle: Throttle, settings: RequestPolicy, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._throttle = throttle
        self._settings = settings
        self._clock = clock
        self._alone: list[str] = []
        """The requests that had the server for themselves since its last answer, and reached the deadline."""
        self._alone_since = 0.0
        self._answers_before = 0
        self.notice: str | None = None
        """What the user should know; None if the server is fast enough."""

    async def enter(self) -> Start:
        """Wait for a slot; return what is so when the attempt starts."""
        generation = await self._throttle.enter()
        return Start(generation, self._throttle.active, self._throttle.answers)

    def judge(self, start: Start, request_id: str, failure: AttemptFailed, attempts: int) -> None:
        """Take note of a deadline that an attempt reached, before it gives its slot back.

        Parameters
        ----------
        start
            What :meth:`enter` returned.
        request_id
            Whose attempt it was.
        failure
            Whose deadline it was: ours, or that of a gateway. Its ``counts`` is set.
        attempts
            How often the request was sent so far.

        Raises
        ------
        ServerError
            If the server finishes no request, whichever has it to itself.
        """
        in_flight = max(start.active, self._throttle.active)
        answers = self._throttle.answers - start.answers
        is_current = start.generation == self._throttle.generation
        self._throttle.timed_out(start.generation)
        if in_flight == 1:
            self._refuse_dead_server(request_id, failure)
            return
        if self.notice is None:
            self.notice = (
                f"the server is too slow for {in_flight} requests at once ({failure.message}): fewer are sent until "
                "they finish. If it has no GPU, a small execution.concurrency (--concurrency) saves the wait"
            )
        had_time = is_current and answers >= _TURNOVERS * in_flight
        failure.counts = had_time or attempts >= _MOST_SPARED * self._settings.max_attempts

    def _refuse_dead_server(self, request_id: str, failure: AttemptFailed) -> None:
        if not self._alone or self._throttle.answers != self._answers_before:
            self._answers_before = self._throttle.answers
            self._alone_since = self._clock()
            self._alone.clear()
        self._alone.append(request_id)
        is_over = self._clock() - self._alone_since >= self._settings.outage_s
        if is_over and len(self._alone) >= self._settings.max_attempts and len(set(self._alone)) > 1:
            raise ServerError(
                f"the model server finishes no request, not even one at a time ({failure.message})",
                "see whether it answers at all; if it is only slow, raise execution.timeout_s or lower --max-tokens",
            )
