"""Mappings with names for keys, and objects that stand for them."""

from __future__ import annotations

import pytest

from synthcode.verification.cases.members import as_spelled, camel, named_members, values_of


@pytest.mark.parametrize(
    ("value", "names", "values"),
    [
        ({"unit_price": 2, "qty": 1}, ("qty", "unitPrice"), [1, 2]),
        ({"a": 1}, ("a", "b"), None),
        ({"a": 1, "b": 2}, ("a", "c"), None),
        ({"a_b": 1, "aB": 2}, ("aB", "a_b"), None),
        ({1: 1}, ("a",), None),
        ([1, 2], ("a", "b"), [1, 2]),
        ([1], ("a", "b"), None),
        ("ab", ("a", "b"), None),
    ],
)
def test_fields_hold_what_their_names_say(value: object, names: tuple[str, ...], values: list[object] | None) -> None:
    assert values_of(value, names) == values


def test_only_names_are_members() -> None:
    value = [{"a": {"b_c": 1}}, ({"x y": 2, "z": 3}, {}), {4: {"\u00e9": 5}}]
    assert list(named_members(value)) == [("a",), ("b_c",)]


def test_keys_are_spelled_as_the_program_spells_them() -> None:
    value = [{"unit_price": 2, "qty": 1}, {"unit_price": {"unit_price": 4, "in stock": 3}}]
    assert as_spelled(value, "i.unitPrice * i.qty") == [
        {"unitPrice": 2, "qty": 1},
        {"unitPrice": {"unit_price": 4, "in stock": 3}},
    ]
    assert as_spelled(value, "i.unit_price + unitPrice") == value
    assert camel("unit_price_2") == "unitPrice2"
