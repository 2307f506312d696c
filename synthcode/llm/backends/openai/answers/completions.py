"""Reading what an OpenAI-compatible server sends: completions, models, counts of tokens. All of it is hostile."""

from __future__ import annotations

from typing import Any

import orjson

from synthcode.llm.backend import TRANSIENT, AttemptFailed, ErrorKind
from synthcode.llm.backends.openai.answers.event_stream import assemble, is_event_stream
from synthcode.llm.backends.openai.answers.lenient_json import read_json
from synthcode.llm.backends.openai.answers.other_forms import (
    as_chat_completion,
    assemble_lines,
    is_lines,
    other_form,
)
from synthcode.llm.backends.openai.answers.thoughts import answer_in, has_thoughts
from synthcode.llm.error_bodies import is_error, words_in
from synthcode.llm.failures import judge
from synthcode.llm.requested_waits import wait_in_body
from synthcode.schemas.finish_reasons import Ending, ending_of
from synthcode.schemas.records import Completion

_INT32_MAX = 2**31 - 1
_SHOWN_BYTES = 4000
_QUOTED_BYTES = 200
_FINISH_REASONS = ("finishReason", "native_finish_reason", "stop_reason", "stopReason", "done_reason")
"""Other fields that say how an answer ended: OpenRouter's host, Anthropic's, Google's and Ollama's own."""
_NOT_WHOLE = (Ending.TRUNCATED, Ending.REFUSED, Ending.FAULT)
_KNOWN_ENDINGS = (*_NOT_WHOLE, Ending.COMPLETE, Ending.TOOL_CALL)
IN_REASONING = (
    "the answer is in reasoning_content: see the server's --reasoning-parser, or switch the model's thinking off"
)


def parse_completion(body: bytes, latency_s: float) -> Completion:
    """Return the completion that a 200 holds.

    ``content`` null, as reasoning models send it when their thoughts took all tokens, is an empty text. Thoughts are
    never taken for the answer. A ``refusal`` is a text that ended with the finish reason ``refusal``.

    Raises
    ------
    AttemptFailed
        If the body is not JSON, holds no choice with a message, holds an error, or ends complete with all its text
        in a field for thoughts.
    """
    return completion_of(read_answer(body), body, latency_s)


def completion_of(answer: dict[str, Any], body: bytes, latency_s: float) -> Completion:
    """Return the completion that an answer holds; ``body`` is what it was read from. See :func:`parse_completion`."""
    choice = first_choice(answer.get("choices"))
    message = choice.get("message")
    for place in (answer, choice, _mapping(message)):
        if is_error(place.get("error")):
            raise _failure(place, body, "an error" if isinstance(message, dict) else "no message")
    if not isinstance(message, dict):
        form = other_form(answer)
        if form is not None:
            raise AttemptFailed(ErrorKind.BAD_ANSWER, f"the answer is in {form}")
        # Some gateways pass on the error of the server that they ask with status 200.
        raise _failure(answer, body, "no message")
    finish_reason = _how_it_ended(choice)
    ending = ending_of(finish_reason)
    text = _text(message.get("content"))
    refusal = _refusal(message)
    if refusal:
        text, finish_reason = text or refusal, "refusal"
    elif not text.strip() and ending in (Ending.COMPLETE, Ending.UNSTATED) and has_thoughts(message):
        raise AttemptFailed(ErrorKind.ANSWER_IN_REASONING, IN_REASONING)
    usage = _mapping(answer.get("usage"))
    return Completion(
        text=text,
        finish_reason=finish_reason,
        prompt_tokens=count_of(usage.get("prompt_tokens")),
        completion_tokens=count_of(usage.get("completion_tokens")),
        latency_s=latency_s,
        attempts=1,
        raw=body,
    )


def first_choice(choices: object) -> dict[str, Any]:
    """Return the choice with the lowest ``index``, whatever its place in the list; an empty one if there is none.

    A choice without an index has that of its place.
    """
    found = [_mapping(choice) for choice in choices] if isinstance(choices, list) else []
    if len(found) == 1:
        return found[0]
    places = [(_index(choice, place), place) for place, choice in enumerate(found)]
    return found[min(places)[1]] if places else {}


def _index(choice: dict[str, Any], place: int) -> int:
    index = choice.get("index")
    return index if type(index) is int and index >= 0 else place


def parse_token_count(body: bytes) -> int:
    """Return the length of a tokenized prompt.

    Raises
    ------
    AttemptFailed
        If the body holds none.
    """
    count = count_of(_mapping(parse_json(body)).get("count"))
    if count is None:
        raise AttemptFailed(ErrorKind.BAD_ANSWER, "no count of tokens")
    return count


def parse_json(body: bytes) -> Any:
    """Return the value that a body holds.

    Raises
    ------
    AttemptFailed
        If it is not JSON.
    """
    try:
        return read_json(body)
    except ValueError as problem:
        raise AttemptFailed(ErrorKind.BAD_ANSWER, _not_json(body, problem)) from problem


def count_of(value: object) -> int | None:
    """Return a number of tokens; None if the value is not one."""
    return value if type(value) is int and 0 <= value <= _INT32_MAX else None


def read_answer(body: bytes) -> dict[str, Any]:
    """Return the completion that a body holds, streamed or not, in OpenAI's form if it has one that is read.

    Raises
    ------
    AttemptFailed
        If it is not JSON, or ends before the answer does.
    """
    try:
        answer = orjson.loads(body)  # first, because nearly every answer is this, and no stream is
    except orjson.JSONDecodeError:
        if is_event_stream(body):
            return assemble(body)
        answer = assemble_lines(body) if is_lines(body) else parse_json(body)
    answer = answer[0] if isinstance(answer, list) and answer else answer  # Google wraps its errors in a list
    return as_chat_completion(_mapping(answer))


def _not_json(body: bytes, problem: ValueError) -> str:
    if not body.strip():
        return "an empty answer"
    return f"not JSON: {problem}: {body[:_QUOTED_BYTES].decode('utf-8', 'replace')}"


def _failure(error: dict[str, Any], body: bytes, what: str) -> AttemptFailed:
    words = words_in(error, body[:_SHOWN_BYTES].decode("utf-8", "replace"))
    verdict = judge(None, words)
    wait = wait_in_body(body) if verdict.kind in TRANSIENT else None
    return AttemptFailed(verdict.kind, f"{what} in the answer: {words.shown}", wait, verdict.suspicion)


def _how_it_ended(choice: dict[str, Any]) -> str | None:
    """Return the finish reason; another field's if there is none, or if only that says that the answer is not whole."""
    stated = _finish_reason(choice.get("finish_reason"))
    ending = ending_of(stated)
    if ending is Ending.UNSTATED:  # a stop string may be any text: only known names count
        others = filter(None, (_finish_reason(choice.get(name)) for name in _FINISH_REASONS))
        return next((reason for reason in others if ending_of(reason) in _KNOWN_ENDINGS), stated)
    if ending is Ending.COMPLETE and "native_finish_reason" in choice:
        host = _finish_reason(choice["native_finish_reason"])
        return host if ending_of(host) in _NOT_WHOLE else stated
    return stated


def _finish_reason(value: object) -> str | None:
    """Return a finish reason; SGLang's own form is an object with a ``type``."""
    if isinstance(value, dict):
        value = value.get("type")
    return value if isinstance(value, str) else None


def _refusal(message: dict[str, Any]) -> str:
    """Return the words in which a model refuses, where they are marked as that."""
    said, content = [message.get("refusal")], message.get("content")
    if isinstance(content, list):
        said += [part.get("refusal") for part in content if isinstance(part, dict)]
    return "".join(words for words in said if isinstance(words, str)).strip()


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(content: object) -> str:
    text = answer_in(content)
    if text is None:
        raise AttemptFailed(ErrorKind.BAD_ANSWER, f"content is {type(content).__name__}, not text")
    return text
