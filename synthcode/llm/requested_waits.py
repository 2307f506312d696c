"""How long a server wants to be left alone, where only the body of its answer says so. All of it is hostile."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from synthcode.retry_after import parse_retry_after, requested_wait

_FIELDS = frozenset(
    {
        *("retrydelay", "retryafter", "retryafters", "retryafterseconds", "retryaftersec", "retryafterms"),
        *("retryinseconds", "retryin", "resetafter", "resetinseconds", "waitseconds", "waittime", "estimatedtime"),
    }
)
"""Names in lower case, letters only: Google's retryDelay, Discord's retry_after, Hugging Face's estimated_time."""
_MESSAGES = frozenset({"message", "msg", "detail", "error"})
_ASKS_TO_WAIT = re.compile(
    r"\b(?:again|retry|retrying|wait|available|resets?)(?: (?:in|after|for|about|approximately|at least|another))* "
)
_AMOUNT = re.compile(r"(?:,? and )?\s?(?P<number>\d{1,9}(?:\.\d{1,9})?)\s?(?P<unit>[a-z]{1,12})")
_UNITS = {
    **dict.fromkeys(("ms", "millis", "millisecond", "milliseconds"), 0.001),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86_400.0),
}
_MAX_CHARS = 4000
_MAX_DEPTH = 6
_MAX_VALUES = 200


def wait_in_body(body: bytes) -> float | None:
    """Return the seconds that the body of a failure requests; None if it requests none.

    A field such as ``retryDelay: "34s"`` counts first, then headers that a gateway quotes, then words such as
    "try again in 6m0s".
    """
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    named = list(_fields(answer, 0))[:_MAX_VALUES]
    for read in (_from_field, _from_headers, _from_words):
        found = [wait for name, value in named if (wait := read(name, value)) is not None]
        if found:
            return max(found)
    return None


def _fields(value: object, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield str(name).lower(), inner
            yield from _fields(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value[:_MAX_VALUES]:
            yield from _fields(inner, depth + 1)


def _from_field(name: str, value: object) -> float | None:
    letters = "".join(filter(str.isalpha, name))
    if letters not in _FIELDS or isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    wait = parse_retry_after(str(value))
    is_number = wait is not None and not str(value).strip()[-1:].isalpha()
    return wait / 1000 if wait is not None and is_number and letters.endswith("ms") else wait


def _from_headers(name: str, value: object) -> float | None:
    if name != "headers" or not isinstance(value, Mapping):
        return None
    return requested_wait({str(header): str(content) for header, content in value.items()})


def _from_words(name: str, value: object) -> float | None:
    if name not in _MESSAGES or not isinstance(value, str):
        return None
    text = value[:_MAX_CHARS].lower()
    start = _ASKS_TO_WAIT.search(text)
    if start is None:
        return None
    place, seconds = start.end() - 1, None
    while (amount := _AMOUNT.match(text, place)) and amount["unit"] in _UNITS:
        seconds = (seconds or 0.0) + float(amount["number"]) * _UNITS[amount["unit"]]
        place = amount.end()
    return seconds
