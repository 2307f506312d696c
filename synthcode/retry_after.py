"""How long a server wants to be left alone, in every form in which servers say it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_DURATION = re.compile(r"(?:pt)?(?:\d+(?:\.\d+)?(?:ms|[smhd]))+", re.ASCII)
"""``1m30s``, or ISO 8601's ``PT1M30S``."""
_PART = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)(ms|[smhd])", re.ASCII)
_IN_WORDS = re.compile(r"(\d{1,15}(?:\.\d{1,9})?) ?(ms|milliseconds?|s|sec|seconds?|m|min|minutes?|h|hours?)", re.ASCII)
_SEVERAL = re.compile(r"\d{1,15}(?:\.\d{1,9})?(?: ?, ?\d{1,15}(?:\.\d{1,9})?){1,20}", re.ASCII)
"""A header that was sent more than once, joined by a proxy."""
_POLICY = re.compile(r"\b(?:t|reset)\s?=\s?(\d{1,15})\b", re.ASCII)
_REMAINING = re.compile(r"\b(?:r|remaining)\s?=\s?(\d{1,15})\b", re.ASCII)
"""Of the header RateLimit, in both forms of its draft: ``"default";r=0;t=30`` and ``remaining=0, reset=30``."""
_MILLISECONDS = ("retry-after-ms", "x-ms-retry-after-ms")
_SECONDS = ("retry-after", "x-retry-after")
_NUMBER = re.compile(r"\d{1,15}(?:\.\d*)?", re.ASCII)
_RESET = re.compile(r"(?:x-)?(?:[a-z]+-)?rate-?limit-(?:[a-z-]+-)?reset(?:-after)?(?:-[a-z]+)?")
_EPOCH_S = 1e9
"""Larger numbers are points in time, in seconds since 1970; from a thousand times that on in milliseconds."""
_MAX_HEADERS = 200
_MAX_POLICY = 1_000


def parse_retry_after(header: str | None, now: datetime | None = None) -> float | None:
    """Return the seconds that a Retry-After header requests: seconds, a duration (``1m30s``, ``30 s``), or a date.

    RFC 9110 (10.2.3) knows whole seconds and HTTP dates; servers send fractions, durations and ISO dates as well. Of
    several numbers, as a proxy joins them, the largest counts.
    None if there is no header or it means nothing; 0 if the date has passed.
    """
    text = (header or "").strip()
    if _SEVERAL.fullmatch(text):
        return max(_seconds(float(part), now) for part in text.split(","))
    if _NUMBER.fullmatch(text):
        return _seconds(float(text), now)
    if _DURATION.fullmatch(text.lower()):
        return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text.lower()))
    if words := _IN_WORDS.fullmatch(text.lower()):
        return float(words[1]) * _UNITS["ms" if words[2].startswith(("ms", "milli")) else words[2][0]]
    date = _date(text) if text else None
    return None if date is None else max(0.0, (date - _now(now)).total_seconds())


def requested_wait(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds that the headers of an answer request; None if they request none.

    ``retry-after-ms`` comes before ``Retry-After``, and that before the ``x-ratelimit-reset-*`` family. Of the limits
    in that family those that are used up count, the longest of them; if no header says which are, the shortest.
    """
    lower = {name.lower(): value for name, value in list(headers.items())[:_MAX_HEADERS]}
    for name in _MILLISECONDS:
        if _NUMBER.fullmatch(milliseconds := lower.get(name, "").strip()):
            return float(milliseconds) / 1000
    for name in _SECONDS:
        if (wait := parse_retry_after(lower.get(name), now)) is not None:
            return wait
    return _rate_limit_reset(lower, now)


def _rate_limit_reset(headers: Mapping[str, str], now: datetime | None) -> float | None:
    used_up: list[float] = []
    others: list[float] = []
    for policy in headers.get("ratelimit", "")[:_MAX_POLICY].split('"'):
        if reset := _POLICY.search(policy):
            remaining = _REMAINING.search(policy)
            is_used_up = remaining is not None and int(remaining[1]) == 0
            (used_up if is_used_up else others).append(float(reset[1]))
    for name, value in headers.items():
        wait = parse_retry_after(value, now) if _RESET.fullmatch(name) else None
        if wait is None:
            continue
        left = [name.replace("reset-after", "remaining"), name.replace("reset", "remaining")]
        is_used_up = any(headers.get(other, "").strip() == "0" for other in left)
        (used_up if is_used_up else others).append(wait)
    return max(used_up) if used_up else min(others, default=None)


def _seconds(number: float, now: datetime | None) -> float:
    if number < _EPOCH_S:
        return number
    moment = number / 1000 if number >= 1000 * _EPOCH_S else number
    return max(0.0, moment - _now(now).timestamp())


def _date(text: str) -> datetime | None:
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            date = parse(text)
        except (ValueError, OverflowError, TypeError):
            continue
        return date if date.tzinfo else date.replace(tzinfo=UTC)
    return None


def _now(now: datetime | None) -> datetime:
    return now or datetime.now(UTC)
