"""Reading JSON as servers send it: with a byte order mark, comments before it, NaN, or halves of characters."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import orjson

_COMMENT_LINES = re.compile(r"\A(?:[ \t]*(?:(?::|//|#)[^\n]*)?\r?\n)+")
"""Blank lines and comments: gateways send them to keep a connection open while the model works."""
_HALVES = re.compile(r"[\ud800-\udfff]")


def read_json(body: bytes) -> Any:
    """Return the value that a body holds.

    What strict JSON forbids and senders produce is read: a byte order mark, UTF-16, comment lines before the value,
    ``NaN`` and ``Infinity``, raw control characters in strings. Bytes that are not UTF-8, and halves of surrogate
    pairs, become U+FFFD.

    Raises
    ------
    ValueError
        If the body is not JSON even so.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        strict = problem
    text = _COMMENT_LINES.sub("", body.decode(json.detect_encoding(body), "replace").removeprefix("\ufeff"))
    try:
        value = json.loads(text, strict=False, parse_constant=lambda _name: None, parse_float=_finite)
        # A round trip for the halves: they may stand in any string of the value.
        return orjson.loads(_HALVES.sub("\ufffd", json.dumps(value, ensure_ascii=False)))
    except (ValueError, RecursionError):
        raise ValueError(str(strict)) from None


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None
