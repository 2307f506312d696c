"""A deadline for each of many attempts, and one timer for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

Result = TypeVar("Result")


class Deadlines:
    """Ends what takes longer than a given time, as ``asyncio.timeout`` does, at a small part of its cost.

    All have the same time: what started first is due first, so that one timer serves all. A timer of its own for each
    would be a thirtieth of the client's processor time.

    Parameters
    ----------
    seconds
        The time that each has.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._due: dict[asyncio.Task[Any], float] = {}
        """What runs, by its task, in the order of the loop's times at which it is due."""
        self._timer: asyncio.TimerHandle | None = None

    async def within(self, work: Awaitable[Result]) -> Result:
        """Await work in the task of the caller, one at a time; return its result.

        Raises
        ------
        TimeoutError
            If it does not end in time. It is cancelled then.
        """
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        stops = task.cancelling()
        self._due[task] = due = loop.time() + self._seconds
        if self._timer is None:
            self._timer = loop.call_at(due, self._end_overdue)
        try:
            return await work
        except asyncio.CancelledError as problem:
            if task in self._due or task.cancelling() > stops + 1:  # another task cancelled it, too
                raise
            raise TimeoutError from problem
        finally:
            if self._due.pop(task, None) is None:
                task.uncancel()

    def _end_overdue(self) -> None:
        """Cancel what is due, and wait for what is due next."""
        self._timer = None
        loop = asyncio.get_running_loop()
        now = loop.time()
        for task, due in list(self._due.items()):
            if due > now:
                self._timer = loop.call_at(due, self._end_overdue)
                break
            del self._due[task]
            task.cancel()
