from __future__ import annotations

from random import Random

from synthcode.backoff import Backoff

BACKOFF = Backoff(first_s=0.5, cap_s=30.0, requested_cap_s=300.0)


class Highest(Random):
    """The upper end of every draw."""

    def uniform(self, a: float, b: float) -> float:
        return b


def test_the_bound_of_the_wait_doubles_up_to_its_cap() -> None:
    bounds = [BACKOFF.wait_s(failed, None, Highest()) for failed in (1, 2, 3, 6, 7, 8, 5000)]
    assert bounds == [0.5, 1.0, 2.0, 16.0, 30.0, 30.0, 30.0]


def test_the_jitter_is_full() -> None:
    draws = [BACKOFF.wait_s(3, None, Random(number)) for number in range(200)]
    assert min(draws) < 0.1
    assert max(draws) > 1.9
    assert max(draws) <= 2.0


def test_a_requested_wait_is_kept_up_to_its_cap_with_jitter_on_top() -> None:
    assert BACKOFF.wait_s(1, 20.0, Highest()) == 20.5
    assert BACKOFF.wait_s(1, 7200.0, Highest()) == 300.5
