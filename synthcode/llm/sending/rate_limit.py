"""Waiting while a server limits the rate or is overloaded: its refusals say nothing about the requests they meet."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from synthcode.errors import ServerError
from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.llm.sending.settings import RequestPolicy

REFUSALS = frozenset({ErrorKind.RATE_LIMITED, ErrorKind.OVERLOADED})
"""Kinds with which a server refuses any request, whatever it says: 429, 503, 529."""

_TURNS = 8
"""A request had its chance once the server has answered this many times as many others as are in flight together."""
_LONG_WAITS = 3
"""How often the server must ask one request to wait for hours before the run stops."""
_IN_FLIGHT_S = 30.0
"""How long an answer to a request in flight may still contradict a wait of hours."""


class RateLimit:
    """Evaluates the rate-limit refusals of all requests together.

    A limit of ten requests a minute refuses each of 64 waiting requests a dozen times before its turn comes, so the
    number of attempts says nothing. An overloaded server does the same for minutes. A daily limit does not end within
    any reasonable wait.

    Parameters
    ----------
    settings
        ``rate_limit_s`` says for how long the server may refuse every request, ``concurrency`` how many wait.
    clock
        Seconds, monotonic.
    """

    def __init__(self, settings: RequestPolicy, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._since: float | None = None
        self._refused: set[str] = set()
        self._long_waits: Counter[str] = Counter()
        self.answers = 0
        """How many requests the server has answered so far."""

    def answered(self) -> None:
        """Note an answer: whatever limit there was has let a request through."""
        self.answers += 1
        self._since = None
        self._refused.clear()
        self._long_waits.clear()

    def refused(self, request_id: str) -> None:
        """Note an attempt that the server refused for its rate or its load."""
        self._refused.add(request_id)
        if self._since is None:
            self._since = self._clock()

    def outlasts(self, failure: AttemptFailed, answers_before: int) -> bool:
        """Return whether a refused request should wait on, however often it was sent.

        Parameters
        ----------
        failure
            The refusal.
        answers_before
            ``answers`` when the request was first sent.

        Raises
        ------
        ServerError
            If the server has refused every request for too long: several, or this one from its first attempt on.
        """
        others = self.answers - answers_before
        is_over = self._refused_for() >= self._settings.rate_limit_s
        if is_over and (not others or len(self._refused) > 1):
            raise ServerError(
                f"the model server has refused every request for {_duration(self._settings.rate_limit_s)} "
                f"({failure.message})",
                "run the same command again later",
            )
        return not is_over and others < _TURNS * self._settings.concurrency

    def is_too_long(self, failure: AttemptFailed) -> bool:
        """Return whether the server requests a wait beyond what a run waits for a server."""
        return (failure.retry_after_s or 0.0) > max(self._settings.rate_limit_s, self._settings.retry_after_cap_s)

    def refuse_long_wait(self, failure: AttemptFailed, request_id: str, in_flight: int) -> None:
        """Stop if the server requests a longer wait than a run waits, and says so again.

        Another replica, or what was sent before, may be answered all the same: so the request is sent again soon.

        Parameters
        ----------
        failure
            The failed attempt.
        request_id
            Of its request.
        in_flight
            Other attempts that may still be answered.

        Raises
        ------
        ServerError
            If the request has heard it several times, no request was answered meanwhile, and none is likely to be.
        """
        if not self.is_too_long(failure):
            return
        self._long_waits[request_id] += 1
        if self._long_waits[request_id] < _LONG_WAITS or (in_flight and self._refused_for() < _IN_FLIGHT_S):
            return
        assert failure.retry_after_s is not None
        wait = _duration(failure.retry_after_s)
        raise ServerError(
            f"the model server wants no request for {wait} ({failure.message})",
            f"run the same command again in {wait}",
        )

    def _refused_for(self) -> float:
        """Return for how many seconds every request has been refused."""
        return 0.0 if self._since is None else self._clock() - self._since


def _duration(seconds: float) -> str:
    if seconds >= 2 * 3600:
        return f"{seconds / 3600:.0f} hours"
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:g} s"
