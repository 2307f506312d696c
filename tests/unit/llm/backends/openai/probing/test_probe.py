from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.llm.backends.openai.probing.probe import takes_prefill, takes_stop


def answer(text: str, prompt_tokens: int | None = 10) -> bytes:
    usage = {} if prompt_tokens is None else {"usage": {"prompt_tokens": prompt_tokens, "completion_tokens": 1}}
    return json.dumps({"choices": [{"message": {"content": text}, "finish_reason": "stop"}], **usage}).encode()


class Server:
    """Counts tokens of prompt, or refuses fields that it does not know."""

    def __init__(self, continued: int | None, refuses: bool = False) -> None:
        self._continued, self._refuses = continued, refuses

    async def ask(self, body: dict[str, Any]) -> bytes:
        if "continue_final_message" in body:
            if self._refuses:
                raise AttemptFailed(ErrorKind.BAD_REQUEST, "unknown field")
            return answer("four", self._continued)
        return answer("four", 20)


@pytest.mark.parametrize(
    ("server", "takes"),
    [
        (Server(17), True),
        (Server(20), False),  # it ignores the fields and closes the turn
        (Server(None), False),
        (Server(17, refuses=True), False),
    ],
)
def test_a_prefill_is_taken_where_the_turn_stays_open(server: Server, takes: bool) -> None:
    assert asyncio.run(takes_prefill(server.ask, "m")) == takes


@pytest.mark.parametrize(("text", "takes"), [("", True), ("1, 2, 3", True), ("one two three", False)])
def test_stop_strings_work_where_the_answer_holds_none(text: str, takes: bool) -> None:
    async def ask(body: dict[str, Any]) -> bytes:
        assert body["stop"]
        return answer(text)

    assert asyncio.run(takes_stop(ask, "m")) == takes
