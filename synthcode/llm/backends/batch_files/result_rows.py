"""One line of a batch's results, as OpenAI, vLLM and hosts that follow them write it. All of it is hostile."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any, NamedTuple

import orjson

from synthcode.llm.backend import ACCESS, TRANSIENT, AttemptFailed, ErrorKind
from synthcode.llm.backends.openai.answers.completions import parse_completion
from synthcode.llm.backends.openai.answers.lenient_json import read_json
from synthcode.llm.error_bodies import words_of
from synthcode.llm.failures import judge
from synthcode.schemas.finish_reasons import Ending, ending_of
from synthcode.schemas.records import Completion

_NEVER_TRIED = ("batch_expired", "batch_cancelled")
"""Codes of OpenAI's for requests that a batch came to its end without."""
_MAX_ID_CHARS = 256


class Result(NamedTuple):
    """What a line says of its request: a completion, or a failure."""

    custom_id: str
    mark: bytes
    """Tells it from other results for the same request."""
    completion: Completion | None
    failure: AttemptFailed | None

    @property
    def concerns_account(self) -> bool:
        """Whether the failure is one of the key, the credit or the model: no request would have been answered."""
        return self.failure is not None and self.failure.kind in ACCESS

    @property
    def is_suspicious(self) -> bool:
        """Whether the failure may be such a one: it is not if any request was answered."""
        return self.failure is not None and (
            self.failure.suspicion is not None or self.failure.kind is ErrorKind.NOT_FOUND
        )

    @property
    def may_pass(self) -> bool:
        """Whether another attempt may bring an answer."""
        return self.failure is not None and self.failure.kind in TRANSIENT


def parse_result(line: bytes) -> Result | str:
    """Return what a line says, or the reason why it cannot be used: one snake_case word."""
    try:
        row = read_json(line)
    except ValueError:
        return "bad_json"
    if not isinstance(row, dict):
        return "bad_json"
    name = row.get("custom_id")
    if not isinstance(name, str) or not 0 < len(name) <= _MAX_ID_CHARS:
        return "no_custom_id"
    if "response" not in row and "error" not in row:
        return "a_request" if "body" in row else "no_result"
    mark = hashlib.blake2b(line.strip(), digest_size=16).digest()
    try:
        answer = _answer(row)
    except TypeError:  # nested deeper than can be written
        return "bad_json"
    except AttemptFailed as failure:
        return Result(name, mark, None, failure)
    return Result(name, mark, answer, None)


def _answer(row: dict[str, Any]) -> Completion:
    """Return the completion in a row.

    Raises
    ------
    AttemptFailed
        If there is none.
    """
    response = row["response"] if isinstance(row.get("response"), dict) else {}
    body, error, status = response.get("body"), row.get("error"), _status(response.get("status_code"))
    if body is not None and not error and (status is None or status < 300):
        completion = parse_completion(_encoded(body), latency_s=0.0)
        if ending_of(completion.finish_reason) is Ending.FAULT:
            message = f"the provider broke the answer off: finish_reason {completion.finish_reason}"
            raise AttemptFailed(ErrorKind.BROKEN_OFF, message)
        return dataclasses.replace(completion, latency_s=0.0)
    raise _failure(status, _encoded(body or error or {}))


def _failure(status: int | None, body: bytes) -> AttemptFailed:
    words = words_of(body)
    if any(code in words.names for code in _NEVER_TRIED):
        return AttemptFailed(ErrorKind.TIMEOUT, words.shown)
    verdict = judge(status, words)
    shown = words.shown if status is None else f"HTTP {status}: {words.shown}"
    return AttemptFailed(verdict.kind, shown, suspicion=verdict.suspicion)


def _encoded(body: object) -> bytes:
    """Return a body as a server would have sent it; some hosts put it into a string."""
    return body.encode() if isinstance(body, str) else orjson.dumps(body)


def _status(value: object) -> int | None:
    return value if type(value) is int and 100 <= value <= 599 else None
