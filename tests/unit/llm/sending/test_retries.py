from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from dataclasses import replace
from random import Random

import pytest

from synthcode.errors import AccessError, ServerError
from synthcode.llm.backend import ACCESS, AttemptFailed, ErrorKind
from synthcode.llm.sending.cancellation import Cancellation
from synthcode.llm.sending.retries import RetryingClient

GONE = ServerError("no model server answers at http://x/v1", "start it")


def ask(backend, settings, request, stop=None):
    return asyncio.run(RetryingClient(backend, settings, Cancellation(stop), Random(0)).ask(request))


def test_transient_failures_are_asked_again_and_counted(scripted, request_of, completion_of, hasty):
    faults = [AttemptFailed(ErrorKind.RATE_LIMITED, "later"), AttemptFailed(ErrorKind.BAD_ANSWER, "torn")]
    backend = scripted(lambda _request, attempt: faults[attempt - 1] if attempt < 3 else completion_of("ok"))
    assert ask(backend, hasty, request_of()) == completion_of("ok", attempts=3)


@pytest.mark.parametrize("reason", ["error", "network_error", "insufficient_system_resource", "OVERLOADED"])
def test_what_the_provider_broke_off_is_asked_again(scripted, request_of, completion_of, hasty, reason):
    half = completion_of("half", finish_reason=reason)
    backend = scripted(lambda _request, attempt: half if attempt < 3 else completion_of("ok"))
    assert ask(backend, hasty, request_of()) == completion_of("ok", attempts=3)
    failed = ask(scripted(lambda *_: half), hasty, request_of())
    assert failed.error == f"broken_off: the provider broke the answer off: finish_reason {reason}"


@pytest.mark.parametrize("kind", sorted(ACCESS))
def test_no_backend_fails_a_request_for_the_account(scripted, request_of, hasty, kind):
    with pytest.raises(AccessError, match="the backend"):
        ask(scripted(lambda *_: AttemptFailed(kind, "no")), hasty, request_of())


def test_a_permanent_failure_is_not_asked_again(scripted, request_of, hasty):
    backend = scripted(lambda *_: AttemptFailed(ErrorKind.BAD_REQUEST, "HTTP 400: no"))
    completion = ask(backend, hasty, request_of())
    assert (completion.text, completion.error, completion.attempts) == (None, "bad_request: HTTP 400: no", 1)
    assert len(backend.asked) == 1


def test_attempts_run_out(scripted, request_of, hasty):
    backend = scripted(lambda *_: AttemptFailed(ErrorKind.SERVER_ERROR, "HTTP 500: boom"))
    completion = ask(backend, hasty, request_of())
    assert (completion.error, completion.attempts) == ("server_error: HTTP 500: boom", 3)
    assert backend.checks == 1  # the server was asked before its request was blamed


def test_an_attempt_ends_at_its_deadline(scripted, request_of, hasty):
    backend = scripted(lambda *_: asyncio.sleep(60))
    completion = ask(backend, replace(hasty, timeout_s=0.01), request_of())
    assert (completion.error, completion.attempts) == ("timeout: no answer within 0.01 s", 3)


def test_recorded_answers_pass_unchanged(scripted, request_of, completion_of, hasty):
    recorded = completion_of(None, attempts=6, latency_s=1.5, error="timeout: then", finish_reason=None)
    backend = scripted(lambda *_: recorded)
    assert ask(backend, hasty, request_of()) is recorded


def test_what_a_backend_does_not_have_is_pending(scripted, request_of, hasty):
    assert ask(scripted(lambda *_: None), hasty, request_of()) is None


def test_a_server_that_stays_away_stops_the_run(scripted, request_of, hasty):
    backend = scripted(lambda *_: AttemptFailed(ErrorKind.CONNECTION, "refused"))
    backend.problem = GONE
    with pytest.raises(ServerError, match="no model server"):
        ask(backend, hasty, request_of())


def test_a_server_that_comes_back_gives_its_requests_fresh_attempts(scripted, request_of, completion_of, hasty):
    def script(_request, attempt):
        return AttemptFailed(ErrorKind.CONNECTION, "refused") if attempt <= 4 else completion_of("ok")

    completion = ask(scripted(script), hasty, request_of())
    assert (completion.text, completion.attempts) == ("ok", 5)


def test_a_request_that_brings_the_server_down_each_time_fails_in_the_end(scripted, request_of, hasty):
    backend = scripted(lambda *_: AttemptFailed(ErrorKind.CONNECTION, "refused"))
    completion = ask(backend, hasty, request_of())
    assert (completion.error, completion.attempts) == ("connection: refused", 9)


def test_a_key_that_is_no_longer_taken_stops_the_run(scripted, request_of, hasty):
    backend = scripted(lambda *_: AttemptFailed(ErrorKind.UNAUTHORIZED, "HTTP 401: who are you"))
    backend.problem = ServerError("does not take the key", "set the right key")
    with pytest.raises(ServerError, match="does not take the key"):
        ask(backend, hasty, request_of())


def test_a_stop_leaves_a_request_that_waits_pending(scripted, request_of, hasty):
    stop = threading.Event()

    def script(_request, _attempt):
        stop.set()
        return AttemptFailed(ErrorKind.RATE_LIMITED, "later", retry_after_s=0.0)

    backend = scripted(script)
    assert ask(backend, hasty, request_of(), stop) is None
    assert len(backend.asked) == 1


def test_a_stop_does_not_hide_a_final_failure(scripted, request_of, hasty):
    stop = threading.Event()

    def script(_request, _attempt):
        stop.set()
        return AttemptFailed(ErrorKind.BAD_REQUEST, "no")

    assert ask(scripted(script), hasty, request_of(), stop).error == "bad_request: no"


def test_after_a_stop_those_who_wait_for_their_turn_send_nothing(scripted, request_of, completion_of, hasty):
    stop = threading.Event()

    def script(_request, _attempt):
        stop.set()
        return completion_of()

    async def scenario():
        client = RetryingClient(backend, replace(hasty, concurrency=1), Cancellation(stop), Random(0))
        return await asyncio.gather(*(client.ask(request_of(number)) for number in range(5)))

    backend = scripted(script)
    assert asyncio.run(scenario()) == [completion_of(), None, None, None, None]
    assert len(backend.asked) == 1


@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        (ErrorKind.RATE_LIMITED, 1),
        (ErrorKind.OVERLOADED, 1),
        (ErrorKind.SERVER_ERROR, 4),
        (ErrorKind.BAD_REQUEST, 4),
    ],
)
def test_signs_of_overload_lower_the_limit(scripted, request_of, hasty, kind, limit):
    async def scenario():
        client = RetryingClient(scripted(lambda *_: AttemptFailed(kind, "x")), hasty, Cancellation(None), Random(0))
        with suppress(ServerError):  # a server that refuses everything for its rate stops the run
            await client.ask(request_of())
        return client.throttle.limit

    assert asyncio.run(scenario()) == limit
