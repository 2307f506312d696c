from __future__ import annotations

import orjson
import pytest

from synthcode.llm.requested_waits import wait_in_body


def message(text: str) -> dict[str, dict[str, str]]:
    return {"error": {"message": text}}


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        ({"error": {"details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"}]}}, 34.5),
        ([{"error": {"details": [{"retryDelay": "1m30s"}]}}], 90.0),
        ({"message": "You are being rate limited.", "retry_after": 1.5}, 1.5),
        ({"retryAfterMs": 1500}, 1.5),
        ({"retry_after_ms": "250ms"}, 0.25),
        ({"error": "Model x is currently loading", "estimated_time": 20.0}, 20.0),
        ({"error": {"metadata": {"headers": {"Retry-After": "7"}}}}, 7.0),
        (message("Rate limit reached for gpt-x. Please try again in 1.25s. Visit https://x"), 1.25),
        (message("Please try again in 6m0s."), 360.0),
        (message("Please try again in 20ms."), 0.02),
        (message("Requests exceeded the limit. Please retry after 20 seconds."), 20.0),
        (message("Too fast: wait for 1 hour and 5 mins"), 3900.0),
        ({"error": "please wait at least 2 hrs"}, 7200.0),
        ({"detail": "Request was throttled. Expected available in 33 seconds."}, 33.0),
        (message("Quota exceeded, resets in 1 minute"), 60.0),
        # Fields come before words.
        ({"error": {"message": "try again in 9s"}, "retry_after": 3}, 3.0),
        (message("try again later"), None),
        (message("try again in 120"), None),
        (message("try again in 3 apples"), None),
        (message("5 seconds"), None),
        ({"retry_after": True}, None),
        ({"retry_after": None}, None),
        ({"retry_after": "soon"}, None),
        ("20s", None),
    ],
)
def test_a_wait_is_read_wherever_a_body_says_it(answer: object, seconds: float | None) -> None:
    assert wait_in_body(orjson.dumps(answer)) == seconds


@pytest.mark.parametrize("body", [b"", b"<html>retry_after: 5</html>", b"{", b'{"a":' * 100 + b"1" + b"}" * 100])
def test_other_bodies_say_nothing(body: bytes) -> None:
    assert wait_in_body(body) is None


def test_hostile_bodies_cost_no_time() -> None:
    assert wait_in_body(orjson.dumps([{"message": "wait " * 50_000}] * 50)) is None
