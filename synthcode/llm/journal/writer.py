"""Batched commits off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Self

from synthcode.llm.journal.journal import Journal
from synthcode.schemas.records import Completion, Request

COMMIT_ROWS = 256
LINGER_S = 0.002
"""How long the first row of a commit waits for company. A request is in flight until its answer is on disk (or a kill
would repeat more than what is in flight), so that a longer wait would leave the server idle: with 64 in flight and
answers within 0.2 s, waiting 0.2 s for a commit would halve the pace."""


class JournalWriter:
    """Gathers rows and commits them in a thread: at most 256 rows late, or 2 ms and the commit before."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._rows: list[tuple[Request, Completion, asyncio.Future[None]]] = []
        self._some = asyncio.Event()
        self._enough = asyncio.Event()
        self._closing = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_problem: object) -> None:
        """Commit what is waiting."""
        assert self._task is not None
        self._closing = True
        self._some.set()
        self._enough.set()
        try:
            await asyncio.shield(self._task)
        finally:
            self._thread.shutdown()

    async def write(self, request: Request, completion: Completion) -> None:
        """Store a row; returns when it is on the disk.

        Raises
        ------
        StorageError
            If it could not be stored.
        """
        done = asyncio.get_running_loop().create_future()
        self._rows.append((request, completion, done))
        self._some.set()
        if len(self._rows) >= COMMIT_ROWS:
            self._enough.set()
        await done

    async def write_block(self, rows: Sequence[tuple[Request, Completion]]) -> None:
        """Store rows in one commit of their own; returns when they are on the disk.

        Raises
        ------
        StorageError
            If they could not be stored.
        """
        await asyncio.get_running_loop().run_in_executor(self._thread, self._journal.append, rows)

    async def _run(self) -> None:
        while not (self._closing and not self._rows):
            await self._some.wait()
            await self._gather()
            rows, self._rows = self._rows, []
            self._some.clear()
            if rows:
                await self._commit(rows)

    async def _gather(self) -> None:
        try:
            async with asyncio.timeout(LINGER_S):
                await self._enough.wait()
        except TimeoutError:
            pass
        if not self._closing:
            self._enough.clear()

    async def _commit(self, rows: list[tuple[Request, Completion, asyncio.Future[None]]]) -> None:
        pairs = [(request, completion) for request, completion, _ in rows]
        error: Exception | None = None
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._journal.append, pairs)
        except Exception as problem:  # whatever it is, those who wait for these rows are to hear of it
            error = problem
        for _, _, done in rows:
            if done.done():
                continue
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)
