"""Running a plan: every request that wants an answer, so many at once, every answer into the journal.

Memory does not grow with the plan: it holds two blocks of 500 requests, and as many more as are in flight. A request is
in flight until its answer is on the disk, so that a killed run repeats no more than those.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from synthcode.errors import AccessError, ServerError
from synthcode.llm.backend import AnswersAtOnce, Backend
from synthcode.llm.backends.openai.answers.notices import Notices
from synthcode.llm.journal.journal import Journal
from synthcode.llm.journal.writer import JournalWriter
from synthcode.llm.sending.cancellation import Cancellation, StopSignal
from synthcode.llm.sending.request_queue import RequestQueue
from synthcode.llm.sending.retries import RetryingClient
from synthcode.llm.sending.settings import RequestPolicy
from synthcode.schemas.records import Completion, Request

PROGRESS_S = 0.1
QUIET_S = 1.0
"""How often progress is reported while no request finishes."""
FIRST_ATTEMPT_S = 10.0
"""How long the others wait for the first attempt: a rejected key is reported before any model runs."""

_AGAIN = "run the same command again"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Progress of a plan. ``completed``, ``failed`` and ``pending`` count only the requests of this call."""

    seen: int = 0
    """Requests pulled from the plan."""
    skipped: int = 0
    """Requests that were not sent: the journal has their answer or final failure, or the plan repeats them."""
    completed: int = 0
    failed: int = 0
    pending: int = 0
    """Requests that the backend has no answer for, or that were left because of a stop."""
    limit: int = 0
    """Attempts that may currently run at once."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    last_error: str | None = None
    """Message of the last failed attempt or failed request."""
    interrupted: bool = False
    """Whether a stop was requested."""
    notices: tuple[str, ...] = ()
    """What the answers show about the server, each once."""

    def plus(self, later: Outcome) -> Outcome:
        """Return this progress and that of a later call together."""
        sums = ("seen", "skipped", "completed", "failed", "pending", "prompt_tokens", "completion_tokens")
        return replace(later, **{name: getattr(self, name) + getattr(later, name) for name in sums})


async def run_requests(
    requests: Iterable[Request],
    backend: Backend,
    journal: Journal,
    settings: RequestPolicy,
    on_progress: Callable[[Outcome], None] | None = None,
    stop: StopSignal | None = None,
    retry_failed: bool = False,
) -> Outcome:
    """Send the requests that the journal has no answer to, and store the answers.

    The first request is sent by itself, as a test of the key and the model. The others follow once the server has
    reacted to it, or after ten seconds.

    Parameters
    ----------
    requests
        The plan. Read lazily, in its own thread; sent in this order.
    backend, journal
        Who answers, opened and checked by the caller, and where answers go.
    settings
        Concurrency, deadlines and patience.
    on_progress
        Called at most ten times a second, and at the end.
    stop
        Once it is set, nothing more is sent; what is in flight is waited for and stored.
    retry_failed
        Ask again also for what a server refused for good. What failed in passing is always asked again.

    Returns
    -------
    Outcome
        The counts.

    Raises
    ------
    ServerError
        If the server went away. What was in flight stays pending.
    AccessError
        If the server refuses every request: the key, the credit, the address. What was in flight is waited for
        and stored; what was refused stays pending.
    StorageError
        If an answer could not be stored.
    """
    cancellation = Cancellation(stop)
    async with JournalWriter(journal) as writer, RequestQueue(requests, journal, retry_failed) as queue:
        client = RetryingClient(backend, settings, cancellation, Random())
        run = _Run(queue, client, writer, cancellation, on_progress)
        if isinstance(backend, AnswersAtOnce):
            await _in_company(run, cancellation, [run.answer_blocks(backend)])
        else:
            await _in_company(run, cancellation, [run.lead(), *(run.follow() for _ in range(settings.concurrency - 1))])
    return run.report()


async def _in_company(run: _Run, cancellation: Cancellation, work: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Run coroutines to their end, while stops are looked for and progress is reported."""
    async with AsyncExitStack() as stack:
        for background in (cancellation.watch(), run.keep_reporting()):
            stack.callback(asyncio.create_task(background).cancel)
        try:
            await _all_or_first_error(work)
            run.raise_refusal()
        except ServerError as problem:
            raise run.explained(problem) from problem


class _Run:
    def __init__(
        self,
        queue: RequestQueue,
        client: RetryingClient,
        writer: JournalWriter,
        cancellation: Cancellation,
        on_progress: Callable[[Outcome], None] | None,
    ) -> None:
        self._queue = queue
        self._client = client
        self._writer = writer
        self._cancellation = cancellation
        self._on_progress = on_progress
        self._next_report = 0.0
        self._completed = self._failed = self._pending = 0
        self._prompt_tokens = self._completion_tokens = 0
        self._notices = Notices()
        self._refusal: AccessError | None = None

    async def lead(self) -> None:
        """Work, and send the first request."""
        try:
            await self._work()
        finally:
            self._client.heard.set()

    async def follow(self) -> None:
        """Work once the first attempt has ended, or has taken long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_ATTEMPT_S):
                await self._client.heard.wait()
        await self._work()

    def raise_refusal(self) -> None:
        """Raise why the server refuses every request, if it does.

        Raises
        ------
        AccessError
            The error of the first request that was refused.
        """
        if self._refusal is not None:
            raise self._refusal

    async def _work(self) -> None:
        """Send one request after another until there are none left, or a stop is requested."""
        while not self._cancellation.is_set() and (request := await self._queue.next()) is not None:
            await self._handle(request)
            self._report_now_and_then()

    async def answer_blocks(self, backend: AnswersAtOnce) -> None:
        """Store what a backend has at once, a block of requests in one commit; the next block is made meanwhile."""
        while not self._cancellation.is_set() and (block := await self._queue.next_block()):
            answered = [
                (request, completion)
                for request, completion in zip(block, backend.answers(block), strict=True)
                if completion is not None
            ]
            await self._writer.write_block(answered)
            self._pending += len(block) - len(answered)
            for request, completion in answered:
                self._count(request, completion)
            for request in block:
                self._queue.finished(request)
            self._report_now_and_then()

    async def keep_reporting(self) -> None:
        """Report also while nothing finishes: the limit falls, errors come. Runs until cancelled."""
        while True:
            await asyncio.sleep(QUIET_S)
            self._report_now_and_then()

    def _report_now_and_then(self) -> None:
        if self._on_progress is not None and time.monotonic() >= self._next_report:
            self._next_report = time.monotonic() + PROGRESS_S
            self._on_progress(self.outcome())

    async def _handle(self, request: Request) -> None:
        try:
            completion = await self._client.ask(request)
        except AccessError as problem:
            self._refusal = self._refusal or problem
            self._cancellation.stop()
            completion = None
        if completion is None:
            self._pending += 1
        else:
            await self._writer.write(request, completion)
            self._count(request, completion)
        self._queue.finished(request)

    def _count(self, request: Request, completion: Completion) -> None:
        self._notices.look(request, completion)
        self._prompt_tokens += completion.prompt_tokens or 0
        self._completion_tokens += completion.completion_tokens or 0
        if completion.error is None:
            self._completed += 1
        else:
            self._failed += 1

    def outcome(self) -> Outcome:
        """Return the counts so far."""
        if self._client.slowness.notice is not None:
            self._notices.say(self._client.slowness.notice)
        return Outcome(
            seen=self._queue.seen,
            skipped=self._queue.skipped,
            completed=self._completed,
            failed=self._failed,
            pending=self._pending,
            limit=self._client.throttle.limit,
            prompt_tokens=self._prompt_tokens,
            completion_tokens=self._completion_tokens,
            last_error=self._client.last_error,
            interrupted=self._cancellation.is_set(),
            notices=self._notices.found,
        )

    def report(self) -> Outcome:
        """Return the counts, and report them as progress."""
        outcome = self.outcome()
        if self._on_progress is not None:
            self._on_progress(outcome)
        return outcome

    def explained(self, problem: ServerError) -> ServerError:
        """Add to an error how far this run has come."""
        stopped = f"{problem.problem} - stopped after {self._completed:,} completed and {self._failed:,} failed"
        if isinstance(problem, AccessError):
            return AccessError(stopped, problem.fix)
        again = problem.fix if problem.fix.startswith(_AGAIN) else f"{_AGAIN} once it is back"
        return ServerError(stopped, f"{again}: nothing that was answered is asked again")


async def _all_or_first_error(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run coroutines together; the first error cancels the others and is raised as it is."""
    tasks = [asyncio.create_task(coroutine) for coroutine in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
