"""Answers in other forms than that of OpenAI's chat completions: some are read, the others are named."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.llm.backends.openai.answers.lenient_json import read_json

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_OTHERS = {
    "candidates": "Google's own form; its address for OpenAI's ends in /v1beta/openai",
    "generated_text": "the form of TGI's /generate; its address for OpenAI's ends in /v1",
    "output": "the form of OpenAI's Responses; synthcode reads chat completions",
    "outputs": "a form of its host; look for its address for OpenAI's chat completions",
    "predictions": "a form of its host; look for its address for OpenAI's chat completions",
    "result": "a form of its host; look for its address for OpenAI's chat completions",
}
"""Field -> what is said of an answer that has it."""


def is_lines(body: bytes) -> bool:
    """Return whether a body is a stream of JSON objects, one a line, as Ollama sends it."""
    first, _, rest = body.removeprefix(_BYTE_ORDER_MARK).lstrip().partition(b"\n")
    return first.startswith(b"{") and first.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{")


def assemble_lines(body: bytes) -> dict[str, Any]:
    """Return the answer that Ollama's stream of lines makes, in its form of one that was not streamed.

    Raises
    ------
    AttemptFailed
        ``disconnected`` if the stream ends before the answer does; ``bad_answer`` if a line is not JSON.
    """
    texts: dict[str, list[str]] = {}
    whole: dict[str, Any] = {}
    for line in filter(None, map(bytes.strip, body.removeprefix(_BYTE_ORDER_MARK).split(b"\n"))):
        try:
            part = read_json(line)
        except ValueError as problem:
            raise AttemptFailed(ErrorKind.BAD_ANSWER, f"a line of the stream is not JSON: {problem}") from problem
        if not isinstance(part, dict):
            continue
        whole |= part
        message = part.get("message")
        for name, text in (message if isinstance(message, dict) else {"content": part.get("response")}).items():
            if isinstance(text, str):
                texts.setdefault(name, []).append(text)
        if part.get("done") is True or part.get("error"):
            break
    role = texts.pop("role", ["assistant"])[0]
    return {**whole, "message": {"role": role, **{name: "".join(parts) for name, parts in texts.items()}}}


def as_chat_completion(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer in the form of OpenAI's chat completions; the same object if it has that form, or none is known.

    Read are ``text`` or ``delta`` in place of a choice's message, and the forms of Ollama, Anthropic and Cohere, whose
    answers are one message.

    Raises
    ------
    AttemptFailed
        ``disconnected`` if the answer is the beginning of one of Ollama's.
    """
    choices = answer.get("choices")
    if isinstance(choices, list) and choices:
        read = [_with_message(choice) for choice in choices]
        return answer if all(map(operator.is_, read, choices)) else {**answer, "choices": read}
    if choices or answer.get("error"):
        return answer
    message = _message(answer)
    if message is None:
        return answer
    if answer.get("done") is False:
        raise AttemptFailed(ErrorKind.DISCONNECTED, "the answer is the beginning of a stream")
    names = ("finish_reason", "done_reason", "stop_reason")
    choice = {"message": message, **{name: answer[name] for name in names if name in answer}}
    return {"choices": [choice], "usage": _usage(answer)}


def other_form(answer: Mapping[str, Any]) -> str | None:
    """Return the name of the form that an answer has, if it is one that is known and not read."""
    if "stop" in answer and isinstance(answer.get("content"), str):
        return "the form of llama.cpp's /completion; its address for OpenAI's ends in /v1"
    return next((said for name, said in _OTHERS.items() if answer.get(name)), None)


def _with_message(choice: Any) -> Any:
    """Return a choice with a message; one that has only a text, as of a completion, or a delta gets one."""
    if not isinstance(choice, dict) or isinstance(choice.get("message"), dict):
        return choice
    if isinstance(choice.get("delta"), dict):
        return {**choice, "message": choice["delta"]}
    text = choice.get("text")
    return {**choice, "message": {"content": text}} if isinstance(text, str) else choice


def _message(answer: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the message that an answer is: Ollama's and Cohere's have it as a field, Anthropic's is one itself."""
    message = answer.get("message")
    if isinstance(message, dict) and "content" in message:
        return message
    if answer.get("role") == "assistant" and isinstance(answer.get("content"), str | list):
        return {"content": answer["content"]}
    if isinstance(answer.get("response"), str) and isinstance(answer.get("done"), bool):
        return {"content": answer["response"], "thinking": answer.get("thinking")}
    return None


def _usage(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the counts of tokens, by OpenAI's names."""
    usage = answer.get("usage")
    found: Mapping[str, Any] = usage if isinstance(usage, dict) else {}
    if isinstance(found.get("tokens"), dict):  # Cohere
        found = found["tokens"]
    return {
        "prompt_tokens": found.get("prompt_tokens", found.get("input_tokens", answer.get("prompt_eval_count"))),
        "completion_tokens": found.get("completion_tokens", found.get("output_tokens", answer.get("eval_count"))),
    }
