"""A server's whole answer as it is stored: without the secrets of this machine, in one piece or in several."""

from __future__ import annotations

import dataclasses
from typing import Any

import orjson

from synthcode.llm.backends.openai.answers.completions import first_choice
from synthcode.llm.backends.openai.answers.event_stream import is_event_stream
from synthcode.llm.backends.openai.answers.other_forms import is_lines
from synthcode.llm.backends.openai.answers.thoughts import thoughts_in
from synthcode.redaction import Redactor
from synthcode.schemas.records import Completion


def redacted(completion: Completion, answer: dict[str, Any], redactor: Redactor) -> Completion:
    """Return a completion without the secrets that its server sent back; the same object if it holds none.

    Parameters
    ----------
    completion
        As it was read. What it holds is decoded: no escape hides a secret.
    answer
        What it was read from, parsed.
    redactor
        What takes the secrets out.
    """
    if not redactor.has_secrets:
        return completion
    text = None if completion.text is None else redactor.values(completion.text)
    reason = None if completion.finish_reason is None else redactor.values(completion.finish_reason)
    raw = None if completion.raw is None else without_secrets(completion.raw, answer, completion.text, redactor)
    if text is completion.text and reason is completion.finish_reason and raw is completion.raw:
        return completion
    return dataclasses.replace(completion, text=text, finish_reason=reason, raw=raw)


def without_secrets(body: bytes, answer: dict[str, Any], text: str | None, redactor: Redactor) -> bytes:
    """Return an answer without secrets; the same object if it holds none.

    Parameters
    ----------
    body
        What the server sent.
    answer
        The same, parsed: :func:`read_answer`.
    text
        The completion's text, put together from the parts of the answer that hold it.
    redactor
        What takes the secrets out.
    """
    if is_event_stream(body) or is_lines(body):  # the chunks of a stream may hold a piece of a secret each
        whole = orjson.dumps(answer)
        body = whole if redactor.answer(whole) is not whole else body
    redacted = redactor.answer(body)
    pieces = {"content": text or "", **_thoughts(answer)}
    visible = {name: redactor.values(piece) for name, piece in pieces.items()}
    if any(visible[name] is not piece and not _holds(redacted, visible[name]) for name, piece in pieces.items()):
        return orjson.dumps({"choices": [{"message": visible}]})
    return redacted


def _thoughts(answer: dict[str, Any]) -> dict[str, str]:
    """Return what an answer's thoughts are, put together from the parts that hold them."""
    message = first_choice(answer.get("choices")).get("message")
    return thoughts_in(message) if isinstance(message, dict) else {}


def _holds(body: bytes, text: str) -> bool:
    """Return whether JSON has a string that is this text: if not, its parts each hold some of it."""
    try:
        pending = [orjson.loads(body)]
    except orjson.JSONDecodeError:
        return False
    while pending:
        value = pending.pop()
        if value == text:
            return True
        if isinstance(value, dict | list):
            pending += value.values() if isinstance(value, dict) else value
    return False
