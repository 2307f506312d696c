"""A server's whole answer as it is stored: without the secrets of this machine, in one piece or in several."""

from __future__ import annotations

import orjson

from synthcode.llm.backend import AttemptFailed
from synthcode.llm.backends.openai.answers.completions import first_choice, read_answer
from synthcode.llm.backends.openai.answers.event_stream import is_event_stream
from synthcode.llm.backends.openai.answers.other_forms import is_lines
from synthcode.llm.backends.openai.answers.thoughts import thoughts_in
from synthcode.redaction import Redactor


def without_secrets(body: bytes, text: str | None, redactor: Redactor) -> bytes:
    """Return an answer without secrets; the same object if it holds none.

    Parameters
    ----------
    body
        What the server sent.
    text
        The completion's text, put together from the parts of the answer that hold it.
    redactor
        What takes the secrets out.
    """
    whole = _assembled(body)
    if whole is not body and redactor.answer(whole) is not whole:  # the chunks of a stream may hold a piece of one each
        body = whole
    redacted = redactor.answer(body)
    pieces = {"content": text or "", **_thoughts(body)}
    visible = {name: redactor.values(piece) for name, piece in pieces.items()}
    if any(visible[name] is not piece and not _holds(redacted, visible[name]) for name, piece in pieces.items()):
        return orjson.dumps({"choices": [{"message": visible}]})
    return redacted


def _thoughts(body: bytes) -> dict[str, str]:
    """Return what an answer's thoughts are, put together from the parts that hold them."""
    try:
        message = first_choice(read_answer(body).get("choices")).get("message")
    except AttemptFailed:
        return {}
    return thoughts_in(message) if isinstance(message, dict) else {}


def _assembled(body: bytes) -> bytes:
    try:
        return orjson.dumps(read_answer(body)) if is_event_stream(body) or is_lines(body) else body
    except AttemptFailed:
        return body


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
