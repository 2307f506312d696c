"""Python programs broken in one place."""

from __future__ import annotations

import pytest

from synthcode.verification.languages.python.mutants import mutants


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("x = a + b", {"x = a - b"}),
        ("x += a", {"x -= a"}),
        ("x = a < b == c", {"x = a <= b == c", "x = a < b != c"}),
        ("x = a and b", {"x = a or b"}),
        ("x = -a", {"x = +a"}),
        ("x = 7", {"x = 8"}),
        ("x = True", {"x = False"}),
        ("x = 'a'", {"x = 'ax'"}),
        ("x = 2.5", {"x = 3.5"}),
        ("if a:\n    pass", {"if not a:\n    pass"}),
        ("x = y if a else z", {"x = y if not a else z"}),
        ("while a:\n    pass", {"while not a:\n    pass"}),
        ("x = None", set()),
        ("def f(a: Literal[3]) -> Literal[4]:\n    'doc'\n    return a", set()),
        ("x = (", set()),
        ("x = '\0'\0", set()),
        (f"x = {'(' * 300}1{')' * 300}", set()),
    ],
)
def test_each_operator_constant_and_branch_is_changed_once(code: str, expected: set[str]) -> None:
    assert set(mutants(code, 100, "0")) == expected


def test_the_random_seed_decides_which() -> None:
    code = "\n".join(f"x{number} = a + {number}" for number in range(50))
    found = mutants(code, 10, "0:a")
    assert len(found) == 10
    assert found == mutants(code, 10, "0:a")
    assert found != mutants(code, 10, "0:b")
