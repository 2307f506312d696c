from __future__ import annotations

import pytest

from synthcode.gate.syntax.regex_literals import malformation

GROUP, CLASS, CLOSED, KIND = (
    "a group is not closed",
    "a class is not closed",
    "a parenthesis is closed that was not opened",
    "a group of no known kind",
)


REPEAT, RANGE = "there is nothing to repeat", "a range runs backwards"


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("", None),
        ("a(b(c))[d]", None),
        (r"\(\[\)", None),
        ("[(]", None),
        (r"[\]]", None),
        ("(?:a)(?=b)(?!c)(?<=d)(?<n>e)(?>f)(?i)(?a-x:g)", None),
        ("(a", GROUP),
        ("a)", CLOSED),
        (")(", CLOSED),
        ("[a", CLASS),
        ("(?[a])", KIND),
        ("(?P<n>a)", KIND),
        ("(?s:a)", KIND),
        ("(?", KIND),
        ("[a[b]", CLASS),
        ("[a&&[^b]]", None),
        ("[[:alpha:]]", None),
        ("[]a]", None),
        ("[^]a]", None),
        ("[]", CLASS),
        (" c */* c ", None),
        ("* c *", REPEAT),
        ("a|+b", REPEAT),
        ("(?:?a)", REPEAT),
        ("^*a**b++?", None),
        ("[z-a]", RANGE),
        (r"[a-z-9_.-][%-+][\w-a][-a][+--]", None),
    ],
)
def test_what_ruby_says_of_a_regular_expression(pattern: str, problem: str | None) -> None:
    assert malformation(pattern) == problem
