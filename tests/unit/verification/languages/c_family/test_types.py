"""Types of C and C++, read from their texts."""

from __future__ import annotations

import pytest

from synthcode.verification.languages.c_family.types import read_type


@pytest.mark.parametrize(
    ("text", "kind", "bits", "is_signed"),
    [
        ("const int &", "int", 32, True),
        ("unsigned", "int", 32, False),
        ("long long int", "int", 64, True),
        ("long unsigned int", "int", 64, False),
        ("std::size_t", "int", 64, False),
        ("uint8_t", "int", 8, False),
        ("signed char", "int", 8, True),
        ("char", "char", 8, True),
        ("short", "int", 16, True),
        ("ll", "int", 64, True),
        ("long double", "float", 0, True),
        ("_Bool", "bool", 0, True),
    ],
)
def test_scalars(text: str, kind: str, bits: int, is_signed: bool) -> None:
    found = read_type(text, {"ll": "long long"})
    assert found is not None
    assert (found.kind, found.bits, found.is_signed) == (kind, bits, is_signed)


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        ("const std::vector<std::vector<int>> &", "vector<vector<int>>"),
        ("map<string, pair<vi, unsigned long>>", "map<string, pair<vector<int>, unsigned long>>"),
        ("std::array<int, 3>", "array<int, 3>"),
        ("const char *", "char*"),
        ("std::optional<Node *>", "optional<Node*>"),
    ],
)
def test_templates_and_pointers(text: str, spelling: str) -> None:
    found = read_type(text, {"vi": "vector<int>"})
    assert found is not None
    assert found.spelling == spelling


@pytest.mark.parametrize("text", ["", "function<int(int)>", "vector<int", "vector<int>> x", "decltype(a + b)", "a"])
def test_what_is_not_understood_is_no_type(text: str) -> None:
    assert read_type(text, {"a": "b", "b": "c c"}) is None
