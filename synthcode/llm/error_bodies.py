"""Reading the error in a server's answer, wherever its provider puts it. All of it is hostile."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import orjson

_SHOWN_BYTES = 4000
_PLAIN_TEXT_CHARS = 300
"""Longer bodies that are not JSON are pages: their words prove nothing."""
_TITLE = re.compile(r"<title>([^<]{1,200})", re.IGNORECASE)
_CONTAINERS = ("error", "errors", "base_resp", "Output", "header", "promptFeedback")
"""Where an answer keeps its error: OpenAI and most others, JSON:API, MiniMax, Bedrock, Spark, Gemini."""
_MESSAGES = ("message", "Message", "detail", "msg", "error_msg", "status_msg", "error_message", "error_description")
_SHOWN_NAMES = ("code", "param", "type", "__type", "reason", "error", "blockReason")
_NAMES = (*_SHOWN_NAMES, "status", "error_code", "error_type", "status_code")
_NAMES_BESIDES = tuple(name for name in _NAMES if name not in ("error", "param", "blockReason"))
_STATUSES = ("code", "status", "status_code", "http_status", "error_code")
_ERROR_FIELDS = ("code", "message", "type", "status")
_NO_ERROR = frozenset({"", "0", "200", "ok", "success"})
_MAX_DETAILS = 8


class ServerWords(NamedTuple):
    """What a server says about a failure."""

    status: int | None
    """The HTTP status that the body names; None if it names none."""
    names: str
    """``code``, ``type``, ``status`` and the like in lower case, words joined by underscores."""
    message: str
    """What the server wrote for people, in lower case; empty if it may be something else."""
    shown: str
    """What the user sees."""


def words_of(body: bytes, names: str = "") -> ServerWords:
    """Read an error body: JSON in the form of any provider, or plain text.

    Parameters
    ----------
    body
        As the server sent it.
    names
        Names of the error from elsewhere: Amazon's header ``x-amzn-errortype``.
    """
    shown = body[:_SHOWN_BYTES].decode("utf-8", "replace")
    try:
        words = words_in(orjson.loads(body), shown)
    except orjson.JSONDecodeError:
        is_short = len(shown) <= _PLAIN_TEXT_CHARS
        words = ServerWords(None, "", shown.lower() if is_short else "", shown if is_short else _beginning(shown))
    return words._replace(names=f"{words.names} {as_names(names)}".strip()) if names else words


def words_in(answer: object, shown: str) -> ServerWords:
    """Read an error body that is parsed; ``shown`` stands in for a message where it has none."""
    error = _error_in(answer)
    if not isinstance(error, dict):
        text = error if isinstance(error, str) else ""
        return ServerWords(_status(error), "", text.lower(), text or shown)
    said = [error[key] for key in _MESSAGES if isinstance(error.get(key), str) and error[key].strip()]
    named = [name for key in _SHOWN_NAMES if isinstance(name := error.get(key), str) and not name.isdigit()]
    names = [str(error[key]) for key in _NAMES if isinstance(error.get(key), str | int)]
    if "blockReason" in error:
        names.append("prompt_blocked")
    return ServerWords(
        next((status for key in _STATUSES if (status := _status(error.get(key))) is not None), None),
        as_names(" ".join([*names, *_reasons(error.get("details"))])),
        " ".join(said)[:_SHOWN_BYTES].lower(),
        " ".join([*said, *dict.fromkeys(named)]) if said else shown,
    )


def _beginning(page: str) -> str:
    """Return the title of a web page, or the beginning of a longer text."""
    found = _TITLE.search(page)
    if found is not None and (title := " ".join(found[1].split())):
        return f"a web page: {title}"
    return f"{page[:_PLAIN_TEXT_CHARS]}..."


def is_error(error: object) -> bool:
    """Return whether the ``error`` field of an answer says that there is one."""
    if error is None:  # as in nearly every answer
        return False
    if isinstance(error, dict):
        stated = [error.get(key) for key in _ERROR_FIELDS]
        return any(str(value).strip().lower() not in _NO_ERROR for value in stated if value is not None)
    return bool(error.strip()) if isinstance(error, str) else _status(error) is not None


def as_names(text: str) -> str:
    """Return ``RateLimitError`` and ``rate-limit error`` as ``rate_limit_error``."""
    return re.sub(r"[\s-]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text[:_SHOWN_BYTES])).lower()


def _error_in(answer: object) -> object:
    """Return the part of an answer that says what is wrong; the answer itself if no part is known to."""
    answer = _first(answer)
    if not isinstance(answer, dict):
        return answer
    if isinstance(answer.get("error"), str) and any(isinstance(answer.get(key), str) for key in _MESSAGES):
        return answer  # {"error": "insufficient_quota", "message": "..."}: the name and the words
    if isinstance(answer.get("error"), str) and any(isinstance(answer.get(key), str | int) for key in _NAMES_BESIDES):
        return {
            **answer,
            "message": answer["error"],
            "error": None,
        }  # TGI: {"error": "...", "error_type": "validation"}
    parts: Iterable[Any] = (_first(answer.get(key)) for key in _CONTAINERS)
    return next((part for part in parts if part), answer)


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else value


def _reasons(details: object) -> Iterator[str]:
    """Yield the reasons in Google's details: ``API_KEY_INVALID``."""
    for detail in details[:_MAX_DETAILS] if isinstance(details, list) else ():
        if isinstance(detail, dict) and isinstance(detail.get("reason"), str):
            yield detail["reason"]


def _status(value: object) -> int | None:
    """Return a value that is an HTTP status of a failure, as a number or as digits."""
    if type(value) not in (int, str):
        return None
    text = str(value)
    return int(text) if re.fullmatch(r"[45]\d\d", text, re.ASCII) else None
