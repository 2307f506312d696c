"""Whether a prompt and its whole answer fit the model's window: servers cut what does not fit without a word."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.schemas.finish_reasons import Ending, ending_of
from synthcode.schemas.records import Completion, Message

TOKENS_OF_TEMPLATE = 64
TOKENS_OF_TURN = 16
"""More than what chat templates put around a conversation, and around each of its turns."""


def fits_for_certain(messages: Sequence[Message], max_tokens: int, window: int) -> bool:
    """Return whether no tokenizer could make too many tokens of a prompt: none makes more than it has bytes."""
    most = TOKENS_OF_TEMPLATE + sum(TOKENS_OF_TURN + len(message.content.encode()) for message in messages)
    return most + max_tokens <= window


def refuse_misfit(prompt_tokens: int, max_tokens: int, window: int) -> None:
    """Refuse a prompt that is too long, or leaves too little room for its answer.

    Raises
    ------
    AttemptFailed
        ``prompt_too_long`` or ``answer_does_not_fit``; another attempt would not help.
    """
    if prompt_tokens >= window:
        raise AttemptFailed(
            ErrorKind.PROMPT_TOO_LONG, f"{prompt_tokens:,} tokens of prompt, the model's window has {window:,}"
        )
    if prompt_tokens + max_tokens > window:
        raise AttemptFailed(ErrorKind.ANSWER_DOES_NOT_FIT, _no_room(prompt_tokens, max_tokens, window))


def with_cut_named(completion: Completion, max_tokens: int | None) -> Completion:
    """Return a completion with ``length`` for a finish reason that the server left out of an answer of full length."""
    answer = completion.completion_tokens
    if max_tokens is None or answer is None or answer < max_tokens:
        return completion
    is_unstated = ending_of(completion.finish_reason) is Ending.UNSTATED
    return dataclasses.replace(completion, finish_reason="length") if is_unstated else completion


def refuse_cut(completion: Completion, max_tokens: int | None, window: int | None) -> None:
    """Refuse an answer that ends where the window does, short of the length that it was given.

    Raises
    ------
    AttemptFailed
        ``answer_does_not_fit``.
    """
    prompt, answer = completion.prompt_tokens, completion.completion_tokens
    if ending_of(completion.finish_reason) is not Ending.TRUNCATED or None in (prompt, answer, max_tokens, window):
        return
    assert prompt is not None
    assert answer is not None
    assert max_tokens is not None
    assert window is not None
    if answer < max_tokens and prompt + answer >= window:
        raise AttemptFailed(ErrorKind.ANSWER_DOES_NOT_FIT, _no_room(prompt, max_tokens, window))


def _no_room(prompt_tokens: int, max_tokens: int, window: int) -> str:
    return (
        f"{prompt_tokens:,} tokens of prompt and {max_tokens:,} of answer (max_tokens) do not fit "
        f"the model's window of {window:,}"
    )
