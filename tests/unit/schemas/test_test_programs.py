"""Test programs as the seeds hold them."""

from __future__ import annotations

import pytest

from synthcode.schemas.test_programs import around_solution, parts_of


@pytest.mark.parametrize("before", ["", 'package main\n\nimport "testing"', "  \n"])
def test_both_parts_come_back(before: str) -> None:
    after = 'func TestIt(t *testing.T) { fmt.Println("{{solution}}") }\n'
    found = parts_of(around_solution(before, after))
    assert [part.strip() for part in found] == [before.strip(), after.strip()]


def test_a_test_that_follows_the_solution_is_the_text_as_it_is() -> None:
    assert around_solution("", "assert f() == 1\n") == "assert f() == 1\n"
    assert parts_of("assert f() == 1\n") == ("", "assert f() == 1\n")
