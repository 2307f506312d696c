"""Asking until there is an answer: which failures are worth another attempt, and when."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from random import Random

from synthcode.backoff import Backoff
from synthcode.llm.access import access_error
from synthcode.llm.backend import ACCESS, TRANSIENT, AttemptFailed, Backend, ErrorKind
from synthcode.llm.sending.cancellation import Cancellation
from synthcode.llm.sending.circuit_breaker import SUSPICIOUS, CircuitBreaker
from synthcode.llm.sending.deadlines import Deadlines
from synthcode.llm.sending.rate_limit import REFUSALS, RateLimit
from synthcode.llm.sending.settings import RequestPolicy
from synthcode.llm.sending.slowness import Slowness, Start
from synthcode.llm.sending.throttle import Throttle
from synthcode.schemas.finish_reasons import Ending, ending_of
from synthcode.schemas.records import Completion, Request

_ROUNDS = 3


class RetryingClient:
    """Sends requests to a backend, each as often as necessary.

    Parameters
    ----------
    backend
        Answers the requests.
    settings
        Attempts, deadlines, waits.
    cancellation
        No further attempt is made once a stop is requested.
    random
        Draws the jitter.
    """

    def __init__(self, backend: Backend, settings: RequestPolicy, cancellation: Cancellation, random: Random) -> None:
        self._backend = backend
        self._settings = settings
        self._cancellation = cancellation
        self._random = random
        self._backoff = Backoff(settings.backoff_s, settings.backoff_cap_s, settings.retry_after_cap_s)
        self.throttle = Throttle(settings.concurrency)
        self.slowness = Slowness(self.throttle, settings)
        self.last_error: str | None = None
        """Message of the last failed attempt."""
        self.heard = asyncio.Event()
        """Set once the first attempt has ended, whatever its result."""
        self.outage = CircuitBreaker(backend.check, settings, cancellation)
        self._rate_limit = RateLimit(settings)
        self._deadlines = Deadlines(settings.timeout_s)

    async def ask(self, request: Request) -> Completion | None:
        """Repeat a request until there is an answer, the attempts are used up, or a stop is requested.

        Returns
        -------
        Completion | None
            The answer or the failure. None if the request stays pending: the backend has nothing for
            it, or the run is to stop before the next attempt.

        Raises
        ------
        ServerError
            If the server is down, refuses every request because of a rate limit or its load, or requests a wait of
            hours.
        AccessError
            If it refuses every request; this one stays pending.
        """
        started = time.perf_counter()
        attempts, spared, rounds, outages, answers = 0, 0, 1, self.outage.count, self._rate_limit.answers
        while True:
            attempts += 1
            start = await self.slowness.enter()
            outcome = await self._attempt(request, start, attempts)
            if not isinstance(outcome, AttemptFailed):
                return outcome if outcome is None or attempts == 1 else dataclasses.replace(outcome, attempts=attempts)
            if outcome.kind in ACCESS:
                raise access_error("the backend", outcome.kind, outcome.message)
            self._rate_limit.refuse_long_wait(outcome, request.request_id, self.throttle.active)
            is_refused = outcome.kind in REFUSALS and self._rate_limit.outlasts(outcome, answers)
            spared += not outcome.counts
            if is_refused or (outcome.kind in TRANSIENT and attempts - spared < rounds * self._settings.max_attempts):
                await self._wait(attempts, outcome)
            elif await self._server_was_away(outcome, outages) and rounds < _ROUNDS:
                rounds, outages = rounds + 1, self.outage.count
            else:
                return _failure(outcome, attempts, time.perf_counter() - started)

    async def _wait(self, attempts: int, failure: AttemptFailed) -> None:
        if self.outage.is_due():
            await self.outage.wait_for_server()
        requested_s = None if self._rate_limit.is_too_long(failure) else failure.retry_after_s
        await self._cancellation.sleep(self._backoff.wait_s(attempts, requested_s, self._random))

    async def _server_was_away(self, failure: AttemptFailed, outages: int) -> bool:
        """Return whether a failure says nothing about its request, which then gets a fresh set of attempts.

        But not for ever: it may be this very request that brings the server down each time.
        """
        if failure.kind not in SUSPICIOUS:
            return False
        await self.outage.wait_for_server()
        return failure.kind is ErrorKind.CONNECTION or self.outage.count > outages

    async def _attempt(self, request: Request, start: Start, attempts: int) -> Completion | AttemptFailed | None:
        """Send a request once, in the slot that was entered, and give that back."""
        try:
            if self._cancellation.is_set():  # perhaps while this one waited for its turn
                return None
            completion = await self._deadlines.within(self._backend.complete(request))
            _refuse_broken_off(completion)
        except (AttemptFailed, TimeoutError) as problem:
            failure = problem if isinstance(problem, AttemptFailed) else self._overdue()
            if failure.kind is ErrorKind.TIMEOUT:
                self.slowness.judge(start, request.request_id, failure, attempts)
            return self._noted(failure, start, request.request_id)
        finally:
            self.throttle.leave()
            self.heard.set()
        self.throttle.succeeded()
        self.outage.answered()
        self._rate_limit.answered()
        return completion

    def _overdue(self) -> AttemptFailed:
        return AttemptFailed(ErrorKind.TIMEOUT, f"no answer within {self._settings.timeout_s:g} s")

    def _noted(self, failure: AttemptFailed, start: Start, request_id: str) -> AttemptFailed:
        self.last_error = str(failure)
        if failure.kind in REFUSALS:
            self.throttle.overloaded(start.generation)
            self._rate_limit.refused(request_id)
        elif failure.kind not in TRANSIENT:
            self._rate_limit.answered()
        if failure.kind in SUSPICIOUS:
            self.outage.failed()
        else:
            self.outage.answered()
        return failure


def _refuse_broken_off(completion: Completion | None) -> None:
    """Refuse an answer that its provider broke off by a fault of its own: half a text is not an answer."""
    if completion is not None and ending_of(completion.finish_reason) is Ending.FAULT:
        message = f"the provider broke the answer off: finish_reason {completion.finish_reason}"
        raise AttemptFailed(ErrorKind.BROKEN_OFF, message)


def _failure(failure: AttemptFailed, attempts: int, latency_s: float) -> Completion:
    return Completion(
        text=None,
        finish_reason=None,
        prompt_tokens=None,
        completion_tokens=None,
        latency_s=latency_s,
        attempts=attempts,
        error=str(failure),
    )
