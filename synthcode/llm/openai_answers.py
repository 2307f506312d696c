"""Reading what an OpenAI-compatible server sends: completions, models, errors. All of it is hostile."""

from __future__ import annotations

from typing import Any

import orjson

from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.schemas.records import Completion

_INT32_MAX = 2**31 - 1
_KINDS = {
    401: ErrorKind.UNAUTHORIZED,
    404: ErrorKind.NOT_FOUND,
    408: ErrorKind.TIMEOUT,
    409: ErrorKind.CONFLICT,
    413: ErrorKind.PROMPT_TOO_LONG,
    425: ErrorKind.CONFLICT,
    429: ErrorKind.RATE_LIMITED,
    503: ErrorKind.OVERLOADED,
}
_TOO_LONG = ("maximum context length", "context_length_exceeded", "input_tokens", "max_model_len")


def parse_completion(body: bytes, latency_s: float) -> Completion:
    """Return the completion that a 200 holds.

    ``content`` null, as reasoning models send it when their thoughts took all tokens, is an empty text.

    Raises
    ------
    AttemptFailed
        Where the body is not JSON, or holds no choice with a message.
    """
    answer = _mapping(_parse(body))
    choices = answer.get("choices")
    choice = _mapping(choices[0] if isinstance(choices, list) and choices else None)
    message = choice.get("message")
    if not isinstance(message, dict):
        # Some gateways pass on the error of the server behind them with status 200.
        raise AttemptFailed(ErrorKind.BAD_ANSWER, f"no message in the answer: {error_message(body)}")
    usage = _mapping(answer.get("usage"))
    finish_reason = choice.get("finish_reason")
    return Completion(
        text=_text(message.get("content")),
        finish_reason=finish_reason if isinstance(finish_reason, str) else None,
        prompt_tokens=_count(usage.get("prompt_tokens")),
        completion_tokens=_count(usage.get("completion_tokens")),
        latency_s=latency_s,
        attempts=1,
        raw=body,
    )


def parse_models(body: bytes) -> dict[str, int | None]:
    """Return the models that a server lists: name -> tokens of its window, None where it does not say.

    Raises
    ------
    AttemptFailed
        Where the body is not a list of models.
    """
    cards = _mapping(_parse(body)).get("data")
    if not isinstance(cards, list):
        raise AttemptFailed(ErrorKind.BAD_ANSWER, "no list of models")
    named = [card for card in cards if isinstance(card, dict) and isinstance(card.get("id"), str)]
    return {card["id"]: _count(card.get("max_model_len")) for card in named}


def parse_token_count(body: bytes) -> int:
    """Return the length of a tokenized prompt.

    Raises
    ------
    AttemptFailed
        Where the body holds none.
    """
    count = _count(_mapping(_parse(body)).get("count"))
    if count is None:
        raise AttemptFailed(ErrorKind.BAD_ANSWER, "no count of tokens")
    return count


def error_kind(status: int, body: bytes) -> ErrorKind:
    """Return what an HTTP status other than 200 means."""
    if status in (400, 422) and any(word in error_message(body) for word in _TOO_LONG):
        return ErrorKind.PROMPT_TOO_LONG
    return _KINDS.get(status, ErrorKind.SERVER_ERROR if status >= 500 else ErrorKind.BAD_REQUEST)


def error_message(body: bytes) -> str:
    """Return the message in an error body: OpenAI's, vLLM's and FastAPI's forms, or the text itself."""
    text = body[:4000].decode("utf-8", "replace")
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return text
    error = answer.get("error", answer) if isinstance(answer, dict) else answer
    if not isinstance(error, dict):
        return error if isinstance(error, str) else text
    parts = [error.get(key) for key in ("message", "detail", "code", "param")]
    return " ".join(part for part in parts if isinstance(part, str)) or text


def _parse(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        raise AttemptFailed(ErrorKind.BAD_ANSWER, f"not JSON: {problem}") from problem


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(content: object) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(_text(part.get("text")) for part in content if isinstance(part, dict))
    raise AttemptFailed(ErrorKind.BAD_ANSWER, f"content is {type(content).__name__}, not text")


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= _INT32_MAX else None
