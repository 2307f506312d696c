"""Reading a completion that comes as a stream of server-sent events though no stream was requested."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.llm.backends.openai.answers.lenient_json import read_json
from synthcode.llm.backends.openai.answers.thoughts import answer_in, thoughts_in

_LOOKS_LIKE_EVENTS = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:\s*:[^\n]*\n)*\s*(?:data|event|id|retry):")
_DONE = "[DONE]"
_QUOTED_BYTES = 200


def is_event_stream(body: bytes) -> bool:
    """Return whether a body is a stream of events."""
    return _LOOKS_LIKE_EVENTS.match(body) is not None


def assemble(body: bytes) -> dict[str, Any]:
    """Return the completion that the chunks of a stream make, in the form of one that was not streamed.

    An error within the stream is returned as the completion's ``error``, with the text up to it.

    Raises
    ------
    AttemptFailed
        ``disconnected`` if the stream ends before the answer does; ``bad_answer`` if a chunk is not JSON.
    """
    texts: defaultdict[str, list[str]] = defaultdict(list)
    finish_reason: Any = None
    native: Any = None
    usage: Any = None
    error: Any = None
    ended = is_completion = False
    for chunk in _chunks(body):
        if chunk is None:
            ended = True
            break
        usage = chunk.get("usage") or usage
        choices = chunk.get("choices")
        is_completion = is_completion or isinstance(choices, list)
        first: Any = choices[0] if isinstance(choices, list) and choices else None
        choice = _mapping(first)
        error = error or chunk.get("error") or choice.get("error")
        if not isinstance(choices, list) and error is None and chunk.get("message"):
            error = chunk
        if choice.get("index") not in (None, 0):
            continue
        finish_reason = choice.get("finish_reason") or finish_reason
        native = choice.get("native_finish_reason") or native
        part = _mapping(choice.get("delta") or choice.get("message") or {"content": choice.get("text")})
        if part.get("content") is not None:
            texts["content"].append(answer_in(part["content"]) or "")
        for name, text in thoughts_in(part).items():
            texts[name].append(text)
        if isinstance(part.get("refusal"), str):
            texts["refusal"].append(part["refusal"])
    if not ended and finish_reason is None and error is None:
        if not is_completion:
            begin = body[:_QUOTED_BYTES].decode("utf-8", "replace")
            raise AttemptFailed(ErrorKind.BAD_ANSWER, f"a stream in another form than OpenAI's: {begin}")
        raise AttemptFailed(ErrorKind.DISCONNECTED, "the stream ended before the answer did")
    message: dict[str, Any] = {name: "".join(parts) for name, parts in texts.items()}
    ending = {"finish_reason": finish_reason, "native_finish_reason": native}
    whole = {"index": 0, "message": {"content": None, **message}, **ending}
    return {"choices": [whole], "usage": usage, "error": error}


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _chunks(body: bytes) -> Iterator[dict[str, Any] | None]:
    """Yield the objects of a stream, then None if it says that it is complete."""
    for line in re.split(r"\r\n|\n|\r", body.decode("utf-8", "replace").removeprefix("\ufeff")):
        name, _, value = line.strip().partition(":")
        if name != "data" or not value.strip():
            continue
        if value.strip() == _DONE:
            yield None
            return
        try:
            chunk = read_json(value.strip().encode())
        except ValueError as problem:
            raise AttemptFailed(ErrorKind.BAD_ANSWER, f"a chunk of the stream is not JSON: {problem}") from problem
        if isinstance(chunk, dict):
            yield chunk
