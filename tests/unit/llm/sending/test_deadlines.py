from __future__ import annotations

import asyncio
import time

import pytest

from synthcode.llm.sending.deadlines import Deadlines
from synthcode.llm.sending.loop import run as run_on_uvloop

RUNNERS = [asyncio.run, run_on_uvloop]


@pytest.mark.parametrize("run", RUNNERS)
def test_work_in_time_returns_its_result(run):
    async def work():
        await asyncio.sleep(0)
        return "done"

    assert run(Deadlines(60.0).within(work())) == "done"


@pytest.mark.parametrize("run", RUNNERS)
def test_each_of_many_ends_at_its_own_deadline(run):
    started = {}

    async def attempt(deadlines, number):
        await asyncio.sleep(0.02 * number)
        started[number] = time.monotonic()
        with pytest.raises(TimeoutError):
            await deadlines.within(asyncio.sleep(3))
        return time.monotonic() - started[number]

    async def work():
        deadlines = Deadlines(0.05)  # within it all three start
        return await asyncio.gather(*(attempt(deadlines, number) for number in range(3)))

    assert all(0.045 <= seconds < 2 for seconds in run(work()))


def test_work_that_ends_in_time_does_not_end_what_its_task_does_next():
    async def work():
        deadlines = Deadlines(0.03)
        for _ in range(5):
            await deadlines.within(asyncio.sleep(0.01))
        await asyncio.sleep(0.05)  # no deadline holds here
        with pytest.raises(TimeoutError):
            await deadlines.within(asyncio.sleep(60))
        return asyncio.current_task().cancelling()

    assert asyncio.run(work()) == 0


def test_what_work_raises_is_raised():
    async def work():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        asyncio.run(Deadlines(60.0).within(work()))


def test_work_is_told_of_its_end():
    ended = []

    async def work():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append(True)
            raise

    with pytest.raises(TimeoutError):
        asyncio.run(Deadlines(0.01).within(work()))
    assert ended


def test_work_that_answers_when_it_is_cancelled_has_answered():
    async def work():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return "just in time"

    async def both():
        return await Deadlines(0.01).within(work()), asyncio.current_task().cancelling()

    assert asyncio.run(both()) == ("just in time", 0)


def test_a_cancelled_task_is_not_late():
    async def work():
        task = asyncio.create_task(Deadlines(60.0).within(asyncio.sleep(60)))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(work())


def test_a_task_that_is_cancelled_at_its_deadline_stays_cancelled():
    async def work():
        loop = asyncio.get_running_loop()
        task = asyncio.create_task(Deadlines(0.01).within(asyncio.sleep(60)))
        await asyncio.sleep(0)
        deadline = loop.time() + 0.01
        while not task.cancelling():  # until the very step in which the deadline has passed
            await asyncio.sleep(0)
        assert loop.time() >= deadline - 0.001
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(work())
