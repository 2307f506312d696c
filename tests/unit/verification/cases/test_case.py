"""What a case passes to a function."""

from __future__ import annotations

import pytest

from synthcode.verification.cases.case import TestCase


@pytest.mark.parametrize(
    ("given", "required", "passed"),
    [(None, 1, (1, 2, 3)), (1, 1, (1,)), (1, 0, (1,)), (1, 2, (1, 2, 3)), (2, 2, (1, 2)), (0, 0, ())],
)
def test_defaults_of_the_seed_are_passed_only_to_a_function_without_defaults(
    given: int | None, required: int, passed: tuple[int, ...]
) -> None:
    assert TestCase((1, 2, 3), 0, given=given).passed(required) == passed


@pytest.mark.parametrize(
    ("given", "taken", "passed", "named"),
    [
        (1, {"maxSize": False, "key": False}, (1,), {}),
        (1, {"maxSize": True, "key": False}, (1,), {"maxSize": 2}),
        (3, {"maxSize": False, "key": False}, (1,), {"maxSize": 2, "key": 3}),
        (2, {"key": False}, (1, 2), {}),
        (2, {"other": False}, (1, 2), {}),
    ],
)
def test_arguments_go_by_name_where_the_names_are_alike(
    given: int, taken: dict[str, bool], passed: tuple[int, ...], named: dict[str, int]
) -> None:
    case = TestCase((1, 2, 3), 0, given=given, names=("item", "max_size", "key"))
    assert case.passed_by_name(taken, 1) == (passed, named)
