from __future__ import annotations

import asyncio
import threading
import tracemalloc
from dataclasses import replace

import pyarrow as pa
import pytest

from synthcode.errors import AccessError, ServerError, StorageError
from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.llm.journal.journal import Journal
from synthcode.llm.sending.scheduler import Outcome, run_requests
from synthcode.schemas.tables import COMPLETIONS


def run(*arguments, **options) -> Outcome:
    return asyncio.run(run_requests(*arguments, **options))


def stored(journal, plan):
    return pa.concat_tables([COMPLETIONS.empty_table(), *journal.export(plan)]).to_pylist()


def test_every_request_is_asked_once_and_stored(scripted, journal, request_of, completion_of, hasty):
    plan = [request_of(number) for number in range(200)]
    backend = scripted(lambda request, _: completion_of(request.messages[0].content))
    outcome = run(plan, backend, journal, hasty)
    assert outcome == Outcome(seen=200, completed=200, limit=4, prompt_tokens=2000, completion_tokens=1000)
    assert set(backend.attempts.values()) == {1}
    assert backend.peak == 4
    assert [row["text"] for row in stored(journal, plan)] == [f"translate {number}" for number in range(200)]


def test_requests_go_out_in_the_order_of_the_plan(scripted, journal, request_of, completion_of, hasty):
    plan = [request_of(number) for number in range(50)]
    backend = scripted(lambda *_: completion_of())
    run(plan, backend, journal, replace(hasty, concurrency=3))
    places = [plan.index(request) for request in backend.asked]
    assert all(abs(place - index) < 3 for index, place in enumerate(places))


def test_the_first_request_goes_alone(scripted, journal, request_of, completion_of, hasty):
    async def script(_request, _attempt):
        if len(backend.asked) == 1:
            for _ in range(20):
                await asyncio.sleep(0)
        running.append(backend.running)
        return completion_of()

    running = []
    backend = scripted(script)
    run([request_of(number) for number in range(20)], backend, journal, hasty)
    assert running[0] == 1
    assert backend.peak == 4


def test_a_first_request_that_hangs_does_not_hold_up_the_others(
    scripted, journal, request_of, completion_of, hasty, monkeypatch
):
    monkeypatch.setattr("synthcode.llm.sending.scheduler.FIRST_ATTEMPT_S", 0.01)
    plan = [request_of(number) for number in range(20)]

    async def script(request, _attempt):
        while request is plan[0] and len(set(backend.asked)) < 20:
            await asyncio.sleep(0.001)
        return completion_of()

    backend = scripted(script)
    assert run(plan, backend, journal, hasty).completed == 20


def test_a_refused_account_stops_the_run_and_stores_what_is_in_flight(
    scripted, journal, request_of, completion_of, hasty
):
    plan = [request_of(number) for number in range(40)]
    refused = asyncio.Event()

    async def script(request, _attempt):
        if request is plan[10]:
            refused.set()
            return AttemptFailed(ErrorKind.NO_CREDIT, "spent")
        if plan.index(request) in (8, 9):
            await refused.wait()
        return completion_of()

    backend = scripted(script)
    with pytest.raises(AccessError, match="stopped after 10 completed and 0 failed"):
        run(plan, backend, journal, replace(hasty, concurrency=3))
    assert journal.counts().completed.total() == 10
    assert journal.counts().failed.total() == 0
    assert len(backend.asked) == 11


def test_a_second_run_asks_for_nothing(scripted, journal, request_of, completion_of, hasty):
    plan = [request_of(number) for number in range(10)]
    run(plan, scripted(lambda *_: completion_of()), journal, hasty)
    backend = scripted(lambda *_: completion_of())
    assert run(plan, backend, journal, hasty) == Outcome(seen=10, skipped=10, limit=4)
    assert backend.asked == []


def test_one_bad_request_fails_alone_and_is_not_asked_again(scripted, journal, request_of, completion_of, hasty):
    plan = [request_of(number) for number in range(10)]

    def script(request, _attempt):
        return AttemptFailed(ErrorKind.BAD_REQUEST, "no") if request is plan[3] else completion_of()

    outcome = run(plan, scripted(script), journal, hasty)
    assert (outcome.completed, outcome.failed) == (9, 1)
    assert stored(journal, plan)[3]["error"] == "bad_request: no"
    assert run(plan, scripted(script), journal, hasty).skipped == 10
    again = scripted(lambda *_: completion_of())
    assert run(plan, again, journal, hasty, retry_failed=True).completed == 1
    assert again.asked == [plan[3]]


def test_what_failed_in_passing_is_asked_again_by_the_next_run(scripted, journal, request_of, completion_of, hasty):
    plan = [request_of(number) for number in range(3)]
    outcome = run(plan, scripted(lambda *_: AttemptFailed(ErrorKind.SERVER_ERROR, "boom")), journal, hasty)
    assert outcome.failed == 3
    assert run(plan, scripted(lambda *_: completion_of()), journal, hasty).completed == 3


def test_what_the_backend_does_not_have_is_pending(scripted, journal, request_of, completion_of, hasty):
    plan = [request_of(number) for number in range(1200)]
    backend = scripted(lambda request, _: completion_of() if request.target_language == "go" else None)
    outcome = run(plan, backend, journal, replace(hasty, concurrency=64))
    assert (outcome.completed, outcome.pending, outcome.failed) == (600, 600, 0)
    assert journal.counts().completed == {"go": 600}


def test_a_server_that_goes_away_stops_the_run_and_fails_nothing(scripted, journal, request_of, completion_of, hasty):
    plan = [request_of(number) for number in range(100)]

    def script(_request, _attempt):
        if len(backend.asked) <= 40:
            return completion_of()
        backend.problem = ServerError("no model server answers at http://x/v1 (refused)", "start it")
        return AttemptFailed(ErrorKind.CONNECTION, "refused")

    backend = scripted(script)
    with pytest.raises(ServerError) as caught:
        run(plan, backend, journal, hasty)
    assert caught.value.problem == (
        "no model server answers at http://x/v1 (refused) - stopped after 40 completed and 0 failed"
    )
    assert caught.value.fix == "run the same command again once it is back: nothing that was answered is asked again"
    assert journal.counts().completed.total() == 40
    assert journal.counts().failed.total() == 0
    assert len(set(backend.asked)) <= 44  # no request was taken from the plan while the server was down
    assert run(plan, scripted(lambda *_: completion_of()), journal, hasty).completed == 60


def test_a_server_that_restarts_costs_nothing(scripted, journal, request_of, completion_of, hasty):
    class Restarting(scripted):
        async def check(self):
            self.checks += 1
            if self.checks < 4:
                raise ServerError("gone", "start it")

    def script(_request, _attempt):
        down = len(backend.asked) > 20 and backend.checks < 4
        return AttemptFailed(ErrorKind.CONNECTION, "refused") if down else completion_of()

    backend = Restarting(script)
    outcome = run([request_of(number) for number in range(50)], backend, journal, replace(hasty, outage_s=60.0))
    assert (outcome.completed, outcome.failed) == (50, 0)


def test_a_stop_waits_for_what_is_in_flight_and_sends_nothing_more(scripted, journal, request_of, completion_of, hasty):
    stop = threading.Event()

    async def script(_request, _attempt):
        if len(backend.asked) >= 10:
            stop.set()
        await asyncio.sleep(0.005)
        return completion_of()

    backend = scripted(script)
    outcome = run((request_of(number) for number in range(1000)), backend, journal, hasty, stop=stop)
    assert outcome.interrupted
    assert 10 <= len(backend.asked) <= 17
    assert outcome.completed == len(backend.asked) == journal.counts().completed.total()


def test_an_asyncio_event_stops_too(scripted, journal, request_of, completion_of, hasty):
    async def scenario():
        stop = asyncio.Event()
        stop.set()
        return await run_requests([request_of(0)], scripted(lambda *_: completion_of()), journal, hasty, stop=stop)

    assert asyncio.run(scenario()).completed == 0


def test_being_cancelled_keeps_what_was_answered(scripted, journal, request_of, completion_of, hasty):
    backend = scripted(lambda *_: completion_of())

    async def scenario():
        plan = (request_of(number) for number in range(1_000_000))
        running = asyncio.create_task(run_requests(plan, backend, journal, hasty))
        while len(backend.asked) < 30:
            await asyncio.sleep(0.001)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(scenario())
    assert journal.counts().completed.total() >= len(backend.asked) - hasty.concurrency


def test_what_cannot_be_stored_stops_the_run(scripted, journal, request_of, completion_of, hasty, monkeypatch):
    def full(_rows):
        raise StorageError("full", "free some")

    monkeypatch.setattr(journal, "append", full)
    with pytest.raises(StorageError):
        run([request_of(number) for number in range(100)], scripted(lambda *_: completion_of()), journal, hasty)


def test_progress_is_told_and_ends_with_the_outcome(scripted, journal, request_of, completion_of, hasty):
    outcomes = []
    outcome = run(
        [request_of(number) for number in range(50)],
        scripted(lambda *_: completion_of()),
        journal,
        hasty,
        on_progress=outcomes.append,
    )
    assert outcomes[-1] == outcome
    assert [one.completed for one in outcomes] == sorted(one.completed for one in outcomes)


def test_a_request_counts_as_in_flight_until_it_is_stored(scripted, journal, request_of, completion_of, hasty):
    """So that a kill repeats no more than ``concurrency``."""
    most = 0

    def script(_request, _attempt):
        nonlocal most
        with Journal(journal.path, read_only=True) as onlooker:
            most = max(most, len(backend.asked) - onlooker.counts().completed.total())
        return completion_of()

    backend = scripted(script)
    run([request_of(number) for number in range(60)], backend, journal, hasty)
    assert 1 <= most <= hasty.concurrency


@pytest.mark.slow
def test_memory_does_not_grow_with_the_plan(scripted, journal, request_of, hasty):
    def peak(count):
        tracemalloc.start()
        try:
            run((request_of(number) for number in range(count)), scripted_backend, journal, hasty)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    class Forgetful(scripted):
        async def complete(self, request):
            return None

    scripted_backend = Forgetful(lambda *_: None)
    growth = peak(6000) - peak(1500)
    assert growth < 4500 * 100  # a request that is kept takes 500 bytes
