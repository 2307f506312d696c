"""Requests, answers and a scripted backend."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Self

import pytest

from synthcode.errors import ServerError
from synthcode.identity import digest
from synthcode.llm.backend import AttemptFailed
from synthcode.llm.sending.settings import RequestPolicy
from synthcode.schemas.records import Completion, Message, Request

Answer = Completion | AttemptFailed | None


def make_request(number: int = 0, **changes: Any) -> Request:
    fields: dict[str, Any] = {
        "request_id": digest("request", number),
        "seed_id": digest("seed", number // 2),
        "source_id": f"MBPP/{number // 2}",
        "target_language": ("java", "go")[number % 2],
        "sample_index": 0,
        "model": "m",
        "prompt_name": "translate",
        "prompt_digest": "d" * 32,
        "sampling": '{"temperature":0.2}',
        "messages": (Message("user", f"translate {number}"),),
    }
    return Request(**(fields | changes))


def make_completion(text: str | None = "code", **changes: Any) -> Completion:
    fields: dict[str, Any] = {
        "text": text,
        "finish_reason": "stop",
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "latency_s": 0.25,
        "attempts": 1,
    }
    return Completion(**(fields | changes))


class ScriptedBackend:
    """Answers as ``script(request, attempt)`` says; remembers what it was asked."""

    def __init__(self, script: Callable[[Request, int], Answer | Awaitable[Answer]]) -> None:
        self.script = script
        self.asked: list[Request] = []
        self.attempts: Counter[str] = Counter()
        self.running = self.peak = 0
        self.problem: ServerError | None = None
        self.checks = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_problem: object) -> None:
        return None

    async def check(self) -> None:
        self.checks += 1
        if self.problem is not None:
            raise self.problem

    async def complete(self, request: Request) -> Completion | None:
        self.asked.append(request)
        self.attempts[request.request_id] += 1
        self.running += 1
        self.peak = max(self.peak, self.running)
        try:
            await asyncio.sleep(0)
            answer = self.script(request, self.attempts[request.request_id])
            if isinstance(answer, Awaitable):
                answer = await answer
        finally:
            self.running -= 1
        if isinstance(answer, AttemptFailed):
            raise answer
        return answer


@pytest.fixture(scope="session")
def request_of() -> Callable[..., Request]:
    return make_request


@pytest.fixture(scope="session")
def completion_of() -> Callable[..., Completion]:
    return make_completion


@pytest.fixture
def scripted() -> type[ScriptedBackend]:
    return ScriptedBackend


@pytest.fixture
def hasty() -> RequestPolicy:
    """Waits of about a millisecond."""
    return RequestPolicy(
        concurrency=4,
        max_attempts=3,
        timeout_s=5.0,
        backoff_s=0.001,
        backoff_cap_s=0.002,
        outage_attempts=3,
        outage_s=0.01,
        rate_limit_s=0.05,
    )
