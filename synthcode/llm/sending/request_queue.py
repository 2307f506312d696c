"""Handing out the requests that still want an answer, a block ahead of the workers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Self

from synthcode.llm.backend import is_transient
from synthcode.llm.journal.journal import Journal
from synthcode.schemas.records import Request

BLOCK = 500


class RequestQueue:
    """The requests of a plan, in its order, without those that the journal has an answer for.

    One block of them is in memory, and the next one is made meanwhile, in a thread of its own: always
    the same one, so that the iterator may hold what belongs to a thread.

    Parameters
    ----------
    requests
        The plan; pulled lazily.
    journal
        What is answered already.
    retry_failed
        Ask again also for what failed for good.
    """

    def __init__(self, requests: Iterable[Request], journal: Journal, retry_failed: bool) -> None:
        self._requests = iter(requests)
        self._journal = journal
        self._retry_failed = retry_failed
        self._ready: deque[Request] = deque()
        self._unfinished: set[str] = set()
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="requests")
        self._coming: asyncio.Future[list[Request] | None] | None = None
        self.seen = 0
        """Requests pulled from the plan so far."""
        self.skipped = 0
        """Requests that are not sent: the journal has their answers, or they are repetitions."""

    async def __aenter__(self) -> Self:
        self._fetch()
        return self

    async def __aexit__(self, *_problem: object) -> None:
        # The block that is being made is waited for: the iterator is left between two blocks.
        assert self._coming is not None
        await asyncio.wait([self._coming])
        self._coming.exception()
        self._thread.shutdown()

    async def next(self) -> Request | None:
        """Return the next request; None at the end."""
        while not self._ready:
            async with self._turn:
                if not self._ready and not await self._refill():
                    return None
        return self._ready.popleft()

    async def next_block(self) -> list[Request]:
        """Return the next requests, as many as are ready; none at the end."""
        first = await self.next()
        if first is None:
            return []
        block = [first, *self._ready]
        self._ready.clear()
        return block

    def finished(self, request: Request) -> None:
        """Say that a request that was handed out is answered, or is not going to be."""
        self._unfinished.discard(request.request_id)

    async def _refill(self) -> bool:
        assert self._coming is not None
        block = await asyncio.shield(self._coming)
        if block is None:
            return False
        self._ready.extend(block)
        self._fetch()
        return True

    def _fetch(self) -> None:
        self._coming = asyncio.get_running_loop().run_in_executor(self._thread, self._next_block)

    def _next_block(self) -> list[Request] | None:
        block = list(islice(self._requests, BLOCK))
        if not block:
            return None
        # Before the look-up, so that what is finished in between is in one of the two.
        busy = {request.request_id for request in block if request.request_id in self._unfinished}
        known = self._journal.errors([request.request_id for request in block])
        unique: dict[str, Request] = {}
        for request in block:
            name = request.request_id
            if name not in busy and (name not in known or self._asks_again(known[name])):
                unique.setdefault(name, request)
        self.seen += len(block)
        self.skipped += len(block) - len(unique)
        self._unfinished.update(unique)
        return list(unique.values())

    def _asks_again(self, error: str | None) -> bool:
        return error is not None and (self._retry_failed or is_transient(error))
