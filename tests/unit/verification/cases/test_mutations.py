"""Inputs derived from recorded ones: they keep what those have in common."""

from __future__ import annotations

from typing import Any

import pytest

from synthcode.verification.cases.mutations import Arguments, InputMutator


def derived(*recorded: Arguments, count: int = 100) -> list[Any]:
    return InputMutator(recorded, "0:seed").inputs(count)


def test_inputs_are_new_and_the_same_each_time() -> None:
    recorded = ((3, "ab"), (9, "cab"))
    inputs = derived(*recorded)
    assert len(inputs) > 30
    assert len({repr(one) for one in [*inputs, *recorded]}) == len(inputs) + 2
    assert inputs == derived(*recorded)
    assert inputs != InputMutator(recorded, "1:seed").inputs(100)


def test_types_signs_and_ranges_are_kept() -> None:
    for number, text, flag, share in derived((1, "ab", True, 0.5), (40, "b", False, 2.5)):
        assert type(number) is int
        assert 1 <= number <= 42
        assert text
        assert set(text) <= {"a", "b"}
        assert type(flag) is bool
        assert 0.5 <= share <= 3.5


def test_no_list_becomes_empty_and_no_sign_appears() -> None:
    for (items,) in derived(([3, 8],), ([5],), ([9, 1, 4],)):
        assert items
        assert all(0 < item <= 11 for item in items)


@pytest.mark.parametrize(
    ("recorded", "holds"),
    [
        ((([1, 4, 9],), ([2, 3],)), lambda items: items == sorted(items)),
        ((([9, 4],), ([3, 2, 1],)), lambda items: items == sorted(items, reverse=True)),
        ((([1, 7, 3],), ([4, 2],)), lambda items: len(set(items)) == len(items)),
        ((([[1, 2], [3, 4]],), ([[5, 6]],)), lambda rows: {len(row) for row in rows} == {2}),
        (((("a", 1),), (("b", 2),)), lambda pair: isinstance(pair[0], str) and isinstance(pair[1], int)),
        ((({"a": 1},), ({"a": 2},)), lambda mapping: set(mapping) == {"a"}),
        ((("abc",), ("xyz",)), lambda text: len(text) == 3),
    ],
)
def test_what_all_recorded_values_share_is_kept(recorded: Any, holds: Any) -> None:
    inputs = derived(*recorded)
    assert inputs
    assert all(holds(value) for (value,) in inputs)


def test_an_argument_that_is_a_length_stays_one() -> None:
    inputs = derived(([5, 2, 7], 3), ([4, 4], 2), ([1, 9, 9, 3], 4))
    assert inputs
    assert all(length == len(items) for items, length in inputs)


def test_two_lists_stay_equally_long() -> None:
    inputs = derived(([1, 2], [3, 4]), ([5, 6, 7], [8, 9, 1]))
    assert inputs
    assert all(len(one) == len(other) for one, other in inputs)


def test_a_start_stays_before_its_end() -> None:
    inputs = derived((1, 5), (3, 9), (2, 3))
    assert inputs
    assert all(start < end for start, end in inputs)


def test_a_few_numbers_that_come_again_and_again_are_all() -> None:
    inputs = derived(([0, 1, 2, 2, 0, 1],), ([2, 1, 0, 1],))
    assert inputs
    assert all(set(items) <= {0, 1, 2} for (items,) in inputs)


def test_rows_of_different_lengths_keep_them() -> None:
    inputs = derived(([[1], [2, 9], [3, 4, 5]],), ([[6], [7, 8]],))
    assert inputs
    assert all([len(row) for row in rows] == list(range(1, len(rows) + 1)) for (rows,) in inputs)


def test_what_cannot_be_changed_yields_nothing() -> None:
    assert derived((None,), (None,)) == []
    assert derived((), ()) == []
