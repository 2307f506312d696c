"""Languages by the names that people and judges give them."""

from __future__ import annotations

import time

import pytest

from synthcode.languages import find_language


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("GNU C++17", "cpp"),
        ("GNU C++20 (64)", "cpp"),
        ("MS C++ 2017", "cpp"),
        ("Clang++17 Diagnostics", "cpp"),
        ("GNU C11", "c"),
        ("PyPy 3-64", "python"),
        ("Python 3", "python"),
        ("python3.11", "python"),
        ("Java 17", "java"),
        ("Node.js 15 (64bit)", "javascript"),
        ("Rust 2021", "rust"),
        (".NET Core C#", "csharp"),
        ("C# 8", "csharp"),
        ("Kotlin 1.4", "kotlin"),
        (" PHP 8.1 ", "php"),
    ],
)
def test_vendors_and_versions_are_left_out(spelling: str, name: str) -> None:
    found = find_language(spelling)
    assert found is not None
    assert found.name == name


def test_a_long_name_takes_no_time_that_grows_with_its_square() -> None:
    started = time.process_time()
    for name in ("0" * 200_000 + "!", "c" + " 17" * 100_000, "c" + " diagnostics" * 20_000):
        assert find_language(name) is None
    assert time.process_time() - started < 5


@pytest.mark.parametrize("spelling", ["Python 2", "python2.7", "PyPy 2", "D", "0", "", "C--", "GNU", "17"])
def test_other_languages_are_not_guessed(spelling: str) -> None:
    assert find_language(spelling) is None
