from __future__ import annotations

import asyncio
import threading

import pytest

from synthcode.llm.sending.request_queue import BLOCK, RequestQueue


def drain(plan, journal, retry_failed=False):
    async def scenario():
        numbers = []
        async with RequestQueue(plan, journal, retry_failed) as queue:
            while (request := await queue.next()) is not None:
                numbers.append(int(request.messages[0].content.split()[1]))
            return numbers, queue.seen, queue.skipped

    return asyncio.run(scenario())


def test_requests_come_in_the_order_of_the_plan(journal, request_of):
    plan = [request_of(number) for number in range(3 * BLOCK + 7)]
    assert drain(plan, journal) == (list(range(3 * BLOCK + 7)), 3 * BLOCK + 7, 0)
    assert drain([], journal) == ([], 0, 0)


def test_what_is_answered_or_failed_for_good_is_left_out(journal, request_of, completion_of):
    journal.append(
        [
            (request_of(0), completion_of()),
            (request_of(1), completion_of(None, error="bad_request: no")),
            (request_of(2), completion_of(None, error="timeout: no")),
        ]
    )
    plan = [request_of(number) for number in range(4)]
    assert drain(plan, journal) == ([2, 3], 4, 2)
    assert drain(plan, journal, retry_failed=True) == ([1, 2, 3], 4, 1)


def test_a_request_that_the_plan_names_twice_is_handed_out_once(journal, request_of):
    plan = [request_of(0), request_of(0), *map(request_of, range(1, BLOCK)), request_of(0)]
    assert drain(plan, journal) == (list(range(BLOCK)), BLOCK + 2, 2)


def test_the_plan_is_pulled_a_block_ahead_and_no_further_by_one_thread(journal, request_of):
    pulled, threads = [], set()

    def plan():
        for number in range(10 * BLOCK):
            pulled.append(number)
            threads.add(threading.get_ident())
            yield request_of(number)

    async def scenario():
        async with RequestQueue(plan(), journal, False) as queue:
            for _ in range(BLOCK + 1):
                await queue.next()
        assert len(pulled) == 3 * BLOCK

    asyncio.run(scenario())
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_what_is_wrong_with_the_plan_is_raised_to_who_pulls(journal, request_of):
    def plan():
        yield request_of(0)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        drain(plan(), journal)
