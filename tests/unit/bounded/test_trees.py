"""JSON and YAML beyond the bounds."""

from __future__ import annotations

import pytest

from synthcode.bounded.trees import NotYamlError, parse_json, parse_yaml

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(f'*{before}' for _ in range(9))}]\n"
    for before, name in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (BOMB, "more than 100,000 values"),
        ("a: &a [*a]", "an alias holds itself"),
        ("&a {*a : 1}", "an alias holds itself"),
        ("a: " + "[" * 20_000, "nested too deeply"),
        ("- " * 20_000, "nested too deeply"),
        ("[" * 100 + "]" * 100, "nested too deeply"),
        ("a: " + "9" * 5_000, "a value cannot be read: "),
        ("a: 2024-99-99", "a value cannot be read: month"),
        ("? [a]\n: b", "unhashable"),
        ("a: \x00", "unacceptable character"),
        ("x" * 300_000, "longer than 262,144 characters"),
        ("a: !!python/object/apply:os.system [true]", "could not determine a constructor"),
        ("a: 'open", "while scanning a quoted scalar"),
    ],
)
def test_yaml_beyond_the_bounds_is_refused(text: str, problem: str) -> None:
    with pytest.raises(NotYamlError, match=problem):
        parse_yaml(text)


def test_yaml_with_aliases_is_read() -> None:
    assert parse_yaml("a: &a {x: 1}\nb: *a\nc:\n  <<: *a\n  y: 2") == {
        "a": {"x": 1},
        "b": {"x": 1},
        "c": {"x": 1, "y": 2},
    }
    assert parse_yaml("") is None


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 65 + "]" * 65, '{"a":' * 70 + "1" + "}" * 70, "9" * 5_000, "{"])
def test_json_beyond_the_bounds_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_json(text)


def test_json_within_them_is_read() -> None:
    assert parse_json('{"a": [1, {"b": null}]}') == {"a": [1, {"b": None}]}
