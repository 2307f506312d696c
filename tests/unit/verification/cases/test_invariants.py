"""Relations between arguments that hold in all recorded calls."""

from __future__ import annotations

from typing import Any

import pytest

from synthcode.verification.cases.invariants import Invariants


@pytest.mark.parametrize(
    ("recorded", "good", "bad"),
    [
        ([(1, 5), (2, 3)], (4, 5), (5, 5)),
        ([(1, 5), (2, 2)], (5, 5), (6, 5)),
        ([([1, 2], 1), ([3, 4, 5], 0)], ([7], 0), ([7], 1)),
        ([([1, 2], 2), ([3, 4, 5], 1)], ([7], 1), ([7], 2)),
        ([([4, 2], 2), ([30, 40], 40)], ([50, 60], 60), ([50, 60], 61)),
        ([("b", "abc"), ("c", "c")], ("x", "xy"), ("z", "xy")),
        ([("b", {"b": 1}), ("c", {"c": 2, "d": 1})], ("x", {"x": 1}), ("y", {"x": 1})),
        ([([1, 5], [2, 6]), ([3], [3])], ([4, 4], [4, 5]), ([4, 6], [4, 5])),
    ],
)
def test_what_holds_in_all_calls_must_hold(recorded: list[Any], good: Any, bad: Any) -> None:
    assert Invariants(recorded).hold(good)
    assert not Invariants(recorded).hold(bad)


@pytest.mark.parametrize(
    ("recorded", "arguments"),
    [
        ([(1, 5), (5, 1)], (9, 3)),
        ([([1], 1), ([2], 7)], ([5], 6)),
        ([("a", 1), ("b", 2)], ("c", 0)),
        ([(True, 2), (False, 3)], (True, 0)),
        ([(), ()], ()),
    ],
)
def test_what_does_not_hold_in_all_calls_need_not_hold(recorded: list[Any], arguments: Any) -> None:
    assert Invariants(recorded).hold(arguments)
