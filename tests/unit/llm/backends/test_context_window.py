from __future__ import annotations

import pytest

from synthcode.llm.backend import AttemptFailed
from synthcode.llm.backends.context_window import fits_for_certain, refuse_cut, refuse_misfit
from synthcode.schemas.records import Completion, Message


def completion(finish_reason: str, prompt: int | None, answer: int | None) -> Completion:
    return Completion("text", finish_reason, prompt, answer, 0.1, 1)


def test_bytes_are_the_most_tokens_that_a_prompt_can_have() -> None:
    messages = [Message("system", "é" * 10), Message("user", "a" * 100)]
    most = 64 + 16 + 20 + 16 + 100
    assert fits_for_certain(messages, 500, most + 500)
    assert not fits_for_certain(messages, 501, most + 500)


@pytest.mark.parametrize(
    ("prompt", "answer", "problem"),
    [
        (1000, 1048, None),
        (1000, 1049, "answer_does_not_fit: 1,000 tokens of prompt and 1,049 of answer"),
        (2048, 1, "prompt_too_long: 2,048 tokens of prompt, the model's window has 2,048"),
    ],
)
def test_a_prompt_must_leave_room_for_its_whole_answer(prompt: int, answer: int, problem: str | None) -> None:
    if problem is None:
        refuse_misfit(prompt, answer, 2048)
        return
    with pytest.raises(AttemptFailed) as refusal:
        refuse_misfit(prompt, answer, 2048)
    assert str(refusal.value).startswith(problem)


@pytest.mark.parametrize(
    ("answer", "max_tokens", "window", "cut"),
    [
        (completion("length", 2010, 38), 1000, 2048, True),
        (completion("length", 1048, 1000), 1000, 2048, False),  # as long as it was allowed to be
        (completion("stop", 2010, 38), 1000, 2048, False),
        (completion("length", 100, 38), 1000, 2048, False),  # a limit of the server's own: the gate looks at it
        (completion("length", 2010, 38), 1000, None, False),
        (completion("length", 2010, 38), None, 2048, False),
        (completion("length", None, 38), 1000, 2048, False),
    ],
)
def test_an_answer_that_ends_where_the_window_does_is_cut(
    answer: Completion, max_tokens: int | None, window: int | None, cut: bool
) -> None:
    if not cut:
        refuse_cut(answer, max_tokens, window)
        return
    with pytest.raises(AttemptFailed, match="answer_does_not_fit"):
        refuse_cut(answer, max_tokens, window)
