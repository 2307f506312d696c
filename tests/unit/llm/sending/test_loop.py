from __future__ import annotations

import gc
import weakref

import pytest

from synthcode.llm.sending.loop import COLLECT_AFTER, run


@pytest.fixture(autouse=True)
def as_it_was():
    thresholds, frozen = gc.get_threshold(), gc.get_freeze_count()
    gc.set_threshold(700, 10, 10)
    gc.unfreeze()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()
    if frozen:
        gc.freeze()


def state():
    return gc.get_freeze_count(), gc.get_threshold()


async def state_within():
    return state()


def test_objects_from_before_are_left_out_of_collections_during_a_run():
    frozen, thresholds = run(state_within())
    assert frozen > 0
    assert thresholds == (COLLECT_AFTER, 10, 10)
    assert state() == (0, (700, 10, 10))


def test_an_error_restores_the_collector():
    async def fail():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        run(fail())
    assert state() == (0, (700, 10, 10))


def test_garbage_of_a_run_is_collected_during_the_run():
    class Cycle:
        pass

    async def work():
        cycle = Cycle()
        cycle.itself = cycle
        gone = weakref.ref(cycle)
        del cycle
        alive = [[] for _ in range(2 * COLLECT_AFTER)]
        return gone() is None and bool(alive)

    assert run(work())


def test_a_collector_that_is_switched_off_stays_off():
    gc.set_threshold(0, 10, 10)
    assert run(state_within())[1] == (0, 10, 10)


def test_a_program_that_froze_its_objects_keeps_its_state_within():
    gc.freeze()
    assert run(state_within())[1] == (700, 10, 10)
    assert state()[0] > 0
