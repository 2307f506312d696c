from __future__ import annotations

import pytest

from synthcode.evaluation import cost
from synthcode.evaluation.cost import Speed, measure_speed


class Clock:
    """A clock that only passes move on."""

    def __init__(self, seconds: dict[int, list[float]]) -> None:
        self.seconds = {texts: iter(times) for texts, times in seconds.items()}
        self.ran: list[int] = []
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now

    def run(self, texts: int) -> None:
        self.ran.append(texts)
        self.now += next(self.seconds[texts])


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    passes = {1: [9, 2, 4, 3], 2: [9, 4, 4, 4], 4: [9, 8.5, 8.5, 8.5], 8: [9, 1, 10, 90], 16: [9, 40, 40, 40]}
    made = Clock({texts: [float(time) for time in times] for texts, times in passes.items()})
    monkeypatch.setattr(cost, "time", made)
    monkeypatch.setattr(cost, "LONG_S", 100)
    return made


def test_speed_is_the_median_of_passes_but_the_first_at_the_best_batch_size(clock: Clock) -> None:
    assert measure_speed(clock.run, batches=(1, 2, 4, 8, 16, 32), repeats=3) == Speed(3.0, 8 / 10, 8)


def test_no_batch_larger_than_a_clearly_slower_one_is_tried(clock: Clock) -> None:
    measure_speed(clock.run, batches=(1, 2, 4, 8, 16, 32), repeats=3)
    assert clock.ran == [1] * 4 + [2] * 4 + [4] * 4 + [8] * 4 + [16] * 4


def test_no_batch_larger_than_a_long_one_is_tried(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "LONG_S", 5)
    assert measure_speed(clock.run, batches=(1, 2, 4, 8, 16, 32), repeats=3) == Speed(3.0, 2 / 4, 2)
    assert clock.ran == [1] * 4 + [2] * 4 + [4] * 4


def test_short_passes_of_one_text_are_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Clock({1: [9.0, *[0.1, 0.02] * 99]})
    monkeypatch.setattr(cost, "time", made)
    assert measure_speed(made.run, batches=(1,), repeats=3).latency_s == pytest.approx(0.1)
    assert len(made.ran) == 1 + 9  # 0.1 + 0.02 + ... + 0.1 reaches half a second
