"""Spellings of an entry point that a query must not have."""

from __future__ import annotations

import pytest

from synthcode.gate.queries.names import names


@pytest.mark.parametrize(
    "query",
    [
        "has_close_elements for lists",
        "implement `has_close_elements`",
        "what does hasCloseElements do?",
        "HasCloseElements?",
        "call has-close-elements()",
        "Solution.hasCloseElements in Java",
        "Solution::has_close_elements in C++",
        "HASCLOSEELEMENTS",
        "has_close_elements(numbers, threshold)",
        "“has＿close＿elements”",
        "__has_close_elements__",
    ],
)
def test_any_spelling_of_a_name_counts(query: str) -> None:
    assert names(query, "has_close_elements")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("does it have close elements", "has_close_elements"),
        ("has close elements", "has_close_elements"),
        ("the medians of lists", "median"),
        ("addition of numbers", "add"),
        ("anything", None),
        ("anything", ""),
        ("anything", "__"),
    ],
)
def test_words_of_prose_do_not_count(query: str, name: str | None) -> None:
    assert not names(query, name)


def test_a_name_that_is_a_plain_word_counts() -> None:
    assert names("the Median of a list", "median")
    assert names("sorted-median search", "median")
