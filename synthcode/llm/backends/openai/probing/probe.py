"""What a server can do beyond the protocol, found out by asking it: few of them refuse what they do not know."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from synthcode.llm.backend import AttemptFailed
from synthcode.llm.backends.openai.answers.completions import parse_completion
from synthcode.schemas.records import Completion

PREFILL_FIELDS = {"add_generation_prompt": False, "continue_final_message": True}
"""Fields that make vLLM and SGLang continue the last message instead of answering it."""

_MESSAGES = [
    {"role": "user", "content": "Count to twenty in words."},
    {"role": "assistant", "content": "one two three"},
]
_LETTERS = ["e", "o", "n", "t"]

Ask = Callable[[dict[str, Any]], Awaitable[bytes]]
"""Sends the body of a chat completion request and returns the body of the answer."""


async def takes_prefill(ask: Ask, model: str) -> bool:
    """Return whether a server continues the last message of role assistant.

    One that does not know the fields ignores them and closes the turn, which takes more tokens of prompt than to
    leave it open.
    """
    body = {"model": model, "messages": _MESSAGES, "max_tokens": 1, "temperature": 0}
    closed, continued = await _tried(ask, body), await _tried(ask, {**body, **PREFILL_FIELDS})
    if closed is None or continued is None or closed.prompt_tokens is None or continued.prompt_tokens is None:
        return False
    return continued.prompt_tokens < closed.prompt_tokens


async def takes_stop(ask: Ask, model: str) -> bool:
    """Return whether a server ends an answer at a stop string; True if the answer happens to hold none of them."""
    body = {"model": model, "messages": _MESSAGES[:1], "max_tokens": 16, "temperature": 0, "stop": _LETTERS}
    answer = await _tried(ask, body)
    return answer is not None and not any(letter in (answer.text or "") for letter in _LETTERS)


async def _tried(ask: Ask, body: dict[str, Any]) -> Completion | None:
    try:
        return parse_completion(await ask(body), 0.0)
    except AttemptFailed:
        return None
