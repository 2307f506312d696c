"""Cells that hold several programs: the shapes of APPS, CodeContests and their like."""

from __future__ import annotations

import json
from typing import Any

import pytest

from synthcode.seeds.rows.solutions import first_solution

CODE_CONTESTS = {"language": [1, 2, 3, 4], "solution": ["print 1", "int main() {}", "print(1)", "class A {}"]}
BY_NAME = [{"language": "java", "code": "class A {}"}, {"language": "Python 3", "code": "print(1)"}]


@pytest.mark.parametrize(
    ("cell", "language", "expected"),
    [
        ('["print(1)", "print(2)"]', "python", ("print(1)", "python")),
        (b'["print(1)"]', "python", ("print(1)", "python")),
        (["", "print(2)"], "python", ("print(2)", "python")),
        ("[]", "python", (None, "python")),
        ([], "python", (None, "python")),
        (CODE_CONTESTS, "java", ("class A {}", "java")),
        (CODE_CONTESTS, "python", ("print(1)", "python")),
        (CODE_CONTESTS, "", ("int main() {}", "cpp")),
        (CODE_CONTESTS, "go", (None, "go")),
        (json.dumps(CODE_CONTESTS), "cpp", ("int main() {}", "cpp")),
        (BY_NAME, "java", ("class A {}", "java")),
        (BY_NAME, "python", ("print(1)", "Python 3")),
        ({"solutions": ["puts 1"]}, "ruby", ("puts 1", "ruby")),
    ],
)
def test_the_first_solution_in_the_language_is_chosen(cell: Any, language: str, expected: tuple[Any, str]) -> None:
    assert first_solution(cell, language) == expected


@pytest.mark.parametrize(
    "code",
    [
        "[print(x) for x in range(3)]",
        '{"a": 1}',
        "{ int x; }",
        "[1, 2, 3]",
        "[" * 100_000,
        "def f(): return []",
        b"[\xff]",
        None,
        "",
        7,
    ],
)
def test_other_cells_stay_as_they_are(code: Any) -> None:
    assert first_solution(code, "python") == (code, "python")
