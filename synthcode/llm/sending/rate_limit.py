"""Waiting while a server limits the rate: its refusals say nothing about the requests that meet them."""

from __future__ import annotations

import time
from collections.abc import Callable

from synthcode.errors import ServerError
from synthcode.llm.backend import AttemptFailed
from synthcode.llm.sending.settings import RequestPolicy

_TURNS = 8
"""A request had its chance once the server has answered this many times as many others as are in flight together."""


class RateLimit:
    """Evaluates the rate-limit refusals of all requests together.

    A limit of ten requests a minute refuses each of 64 waiting requests a dozen times before its turn comes, so the
    number of attempts says nothing. A daily limit does not end within any reasonable wait.

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
        self.answers = 0
        """How many requests the server has answered so far."""

    def answered(self) -> None:
        """Note an answer: whatever limit there was has let a request through."""
        self.answers += 1
        self._since = None

    def refused(self) -> None:
        """Note an attempt that the server refused for its rate."""
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
            If the server has refused every request for too long, this one from its first attempt on.
        """
        others = self.answers - answers_before
        is_over = self._since is not None and self._clock() - self._since >= self._settings.rate_limit_s
        if is_over and not others:
            raise ServerError(
                f"the model server has refused every request for {_duration(self._settings.rate_limit_s)} "
                f"({failure.message})",
                "run the same command again later",
            )
        return not is_over and others < _TURNS * self._settings.concurrency


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:g} s"
