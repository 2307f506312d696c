"""Requests whose answers are there already: stored in blocks, as the others are stored one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Self

import pyarrow as pa
import pytest

from synthcode.errors import StorageError
from synthcode.llm.journal.journal import Journal
from synthcode.llm.sending.cancellation import StopSignal
from synthcode.llm.sending.request_queue import BLOCK
from synthcode.llm.sending.scheduler import Outcome, run_requests
from synthcode.llm.sending.settings import RequestPolicy
from synthcode.schemas.records import Completion, Request
from synthcode.schemas.tables import COMPLETIONS


class Known:
    """Has answers, by the content of the first message."""

    def __init__(self, answer: Callable[[Request], Completion | None]) -> None:
        self._answer = answer
        self.asked: list[Request] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_problem: object) -> None:
        pass

    async def check(self) -> None:
        pass

    async def complete(self, request: Request) -> Completion | None:
        raise AssertionError("one by one")

    def answers(self, requests: Sequence[Request]) -> list[Completion | None]:
        self.asked += requests
        return [self._answer(request) for request in requests]


def run(plan: Sequence[Request], backend: Known, journal: Journal, stop: StopSignal | None = None) -> Outcome:
    return asyncio.run(run_requests(plan, backend, journal, RequestPolicy(), stop=stop))


def test_all_are_stored_and_counted(journal: Journal, request_of: Any, completion_of: Any) -> None:
    plan = [request_of(number) for number in range(2 * BLOCK + 7)]
    refused = Completion(None, None, None, None, 0.0, 1, "bad_request: no")

    def answer(request: Request) -> Completion | None:
        number = plan.index(request)
        return None if number % 10 == 1 else refused if number % 10 == 2 else completion_of(f"{number}")

    outcome = run(plan, Known(answer), journal)
    assert (outcome.seen, outcome.completed, outcome.failed, outcome.pending) == (1007, 805, 101, 101)
    assert (outcome.prompt_tokens, outcome.completion_tokens) == (8050, 4025)
    rows = pa.concat_tables([COMPLETIONS.empty_table(), *journal.export(plan)]).to_pylist()
    assert [row["text"] for row in rows[:4]] == ["0", None, "3", "4"]
    again = Known(answer)
    assert run(plan, again, journal).skipped == 906
    assert again.asked == plan[1::10]


def test_a_stop_leaves_the_rest(journal: Journal, request_of: Any, completion_of: Any) -> None:
    plan = [request_of(number) for number in range(3 * BLOCK)]
    stop = asyncio.Event()

    def answer(request: Request) -> Completion:
        if request is plan[BLOCK + 3]:
            stop.set()
        return completion_of()

    outcome = run(plan, Known(answer), journal, stop)
    assert outcome.interrupted
    assert outcome.completed == 2 * BLOCK
    assert len(journal.errors([request.request_id for request in plan])) == 2 * BLOCK


def test_what_cannot_be_stored_stops_the_run(
    journal: Journal, request_of: Any, completion_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_rows: object) -> None:
        raise StorageError("the disk is full", "make room")

    monkeypatch.setattr(journal, "append", full)
    with pytest.raises(StorageError, match="full"):
        run([request_of(1)], Known(lambda _request: completion_of()), journal)
