from __future__ import annotations

from datetime import UTC, datetime

import pytest

from synthcode.retry_after import parse_retry_after, requested_wait

NOW = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        ("1.5", 1.5),
        ("250ms", 0.25),
        ("1m30s", 90.0),
        ("2026-11-20T12:00:30Z", 30.0),
        ("1795176030", 30.0),
        ("1795176030000", 30.0),
        ("1795170000", 0.0),
        ("5, 7", 7.0),
        ("5,", None),
        ("PT1M30S", 90.0),
        ("30 seconds", 30.0),
        ("2 Minutes", 120.0),
        ("40 milliseconds", 0.04),
        ("3 apples", None),
        ("nan", None),
        ("1e9", None),
        ("9" * 400, None),
        (" 0 ", 0.0),
        ("Fri, 20 Nov 2026 12:00:30 GMT", 30.0),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0.0),
        ("Fri, 20 Nov 2026 12:00:30", 30.0),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("", None),
        ("Fri, 20 Nov 99999999 12:00:30 GMT", None),
    ],
)
def test_retry_after_is_read_in_every_form(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After-Ms": "1500", "Retry-After": "2"}, 1.5),
        ({"X-RateLimit-Reset": "1795176030000"}, 30.0),
        ({"RateLimit-Reset": "12"}, 12.0),
        ({"RateLimit": '"default";r=0;t=30'}, 30.0),
        ({"RateLimit": '"burst";r=3;t=5, "day";r=0;t=600'}, 600.0),
        ({"RateLimit": "limit=100, remaining=0, reset=50"}, 50.0),
        ({"RateLimit": "limit=100, remaining=1"}, None),
        ({"x-ms-retry-after-ms": "700"}, 0.7),
        ({"X-Retry-After": "7"}, 7.0),
        ({"x-rate-limit-reset": "20"}, 20.0),
        ({"x-ratelimit-reset-after": "0.5"}, 0.5),
        ({"Retry-After": "3", "x-ratelimit-reset-requests": "9s"}, 3.0),
        ({"x-ratelimit-reset-requests": "8.64s", "x-ratelimit-reset-tokens": "1m0s"}, 8.64),
        (
            {
                "x-ratelimit-reset-requests": "20ms",
                "x-ratelimit-reset-tokens": "6m0s",
                "x-ratelimit-remaining-tokens": "0",
                "x-ratelimit-remaining-requests": "59",
            },
            360.0,
        ),
        (
            {
                "anthropic-ratelimit-requests-reset": "2026-11-20T12:01:00Z",
                "anthropic-ratelimit-requests-remaining": "0",
                "anthropic-ratelimit-tokens-reset": "2026-11-20T12:00:01Z",
            },
            60.0,
        ),
    ],
)
def test_the_wait_is_found_in_every_header(headers: dict[str, str], seconds: float | None) -> None:
    assert requested_wait(headers, NOW) == seconds
