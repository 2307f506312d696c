from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from synthcode.llm.sending.throttle import Throttle


def test_overload_halves_the_limit_once_for_what_was_under_way_together():
    async def scenario():
        throttle = Throttle(64)
        generations = [await throttle.enter() for _ in range(64)]
        for generation in generations:
            throttle.overloaded(generation)
            throttle.leave()
        assert throttle.limit == 32
        throttle.overloaded(await throttle.enter())
        assert throttle.limit == 16

    asyncio.run(scenario())


def test_the_limit_never_falls_below_one():
    async def scenario():
        throttle = Throttle(2)
        for _ in range(5):
            generation = await throttle.enter()
            throttle.overloaded(generation)
            throttle.leave()
        assert throttle.limit == 1

    asyncio.run(scenario())


def test_each_full_round_of_answers_gives_a_sixteenth_of_the_maximum_back():
    async def scenario():
        throttle = Throttle(64)
        throttle.overloaded(0)
        for _ in range(31):
            throttle.succeeded()
        assert throttle.limit == 32
        throttle.succeeded()
        assert throttle.limit == 36
        for _ in range(10_000):
            throttle.succeeded()
        assert throttle.limit == 64

    asyncio.run(scenario())


def test_a_deadline_quarters_the_limit_if_nothing_was_answered_and_halves_it_otherwise():
    throttle = Throttle(64)
    throttle.timed_out(0)
    assert throttle.limit == 16
    throttle.timed_out(0)  # of the same generation
    assert throttle.limit == 16
    throttle.succeeded()
    throttle.timed_out(1)
    assert throttle.limit == 8
    for generation in (2, 3, 4):
        throttle.timed_out(generation)
    assert throttle.limit == 1


def test_after_a_deadline_each_full_round_of_answers_gives_one_back():
    throttle = Throttle(64)
    throttle.timed_out(0)
    for _ in range(16):
        throttle.succeeded()
    assert throttle.limit == 17
    for _ in range(10_000):
        throttle.succeeded()
    throttle.overloaded(1)
    for _ in range(32):
        throttle.succeeded()
    assert throttle.limit == 36


def test_those_who_wait_enter_in_turn_and_the_cancelled_take_no_slot():
    async def scenario():
        throttle = Throttle(1)
        await throttle.enter()
        first, second, third = (asyncio.create_task(throttle.enter()) for _ in range(3))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        throttle.leave()
        second.cancel()  # its slot has been given to it, and goes on to the next
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert third.done()
        assert not third.cancelled()

    asyncio.run(scenario())


@given(st.lists(st.sampled_from(["enter", "leave", "good", "bad"]), max_size=200))
def test_so_many_enter_as_the_limit_allows(steps):
    async def scenario():
        throttle = Throttle(8)
        inside: list[int] = []
        for step in steps:
            if step == "enter" and len(inside) < throttle.limit:
                async with asyncio.timeout(500):  # below the limit, no request waits
                    inside.append(await throttle.enter())
            elif step == "enter":
                waiting = asyncio.create_task(throttle.enter())
                await asyncio.sleep(0)
                assert not waiting.done()
                waiting.cancel()
                await asyncio.gather(waiting, return_exceptions=True)
            elif step == "leave" and inside:
                inside.pop()
                throttle.leave()
            elif step == "good":
                throttle.succeeded()
            elif step == "bad" and inside:
                throttle.overloaded(inside[-1])

    asyncio.run(scenario())
