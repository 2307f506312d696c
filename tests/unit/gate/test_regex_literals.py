from __future__ import annotations

import pytest

from synthcode.gate.regex_literals import malformation

GROUP, CLASS, CLOSED, KIND = (
    "a group is not closed",
    "a class is not closed",
    "a parenthesis is closed that was not opened",
    "a group of no known kind",
)


@pytest.mark.parametrize(
    ("pattern", "flat", "nested"),
    [
        ("", None, None),
        ("a(b(c))[d]", None, None),
        (r"\(\[\)", None, None),
        ("[(]", None, None),
        (r"[\]]", None, None),
        ("(?:a)(?=b)(?!c)(?<=d)(?<n>e)", None, None),
        ("(a", GROUP, GROUP),
        ("a)", CLOSED, CLOSED),
        (")(", CLOSED, CLOSED),
        ("[a", CLASS, CLASS),
        ("(?[a])", KIND, KIND),
        ("(?", KIND, KIND),
        ("[a[b]", None, CLASS),
        ("[a&&[^b]]", None, None),
        ("[[:alpha:]]", None, None),
        ("[]a]", None, None),
        ("[^]a]", None, None),
        ("[]", None, CLASS),
    ],
)
def test_brackets(pattern: str, flat: str | None, nested: str | None) -> None:
    assert malformation(pattern, nested_classes=False) == flat
    assert malformation(pattern, nested_classes=True) == nested
