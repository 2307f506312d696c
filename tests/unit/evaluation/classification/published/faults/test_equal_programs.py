"""Programs that differ in comments, layout and the name of their function only."""

from __future__ import annotations

import pytest

from synthcode.evaluation.classification.published.faults.equal_programs import digests, program_keys

JAVA = "int add(int a, int b) {\n    return a + b; // sum\n}"


@pytest.mark.parametrize(
    ("language", "one", "other", "are_equal"),
    [
        ("java", JAVA, "int plus(int a,int b){ /* x */ return a+b; }", True),
        ("java", JAVA, "int plus(int a, int c) { return a + c; }", False),
        ("java", JAVA, "int plus(int a, int b) { return a - b; }", False),
        ("java", "int f(int n) { return f(n - 1); }", "int g(int n) { return g(n - 1); }", True),
        ("java", "int f(int n) { return f(n - 1); }", "int g(int n) { return h(n - 1); }", False),
        ("java", '@Test("a") int f() { }', '@Test("a") int g() { }', True),
        ("java", 'void f() { p("// a"); }', 'void f() { p("// b"); }', False),
        ("java", "void f() { } /* not closed", "void g() { }", True),
        ("python", "def f(x):\n    return x // 2  # half", "def g(x):\n    return x // 2", True),
        ("python", "def f(x):\n    return x // 2", "def f(x):\n    return x // 3", False),
        ("", "def f(x): # a", "def f(x): # b", False),
        ("", "def f( x ):", "def g(x):", True),
        ("java", "a b", "ab", False),
        ("java", "", "  ", True),
    ],
)
def test_what_is_equal_once_renamed(language: str, one: str, other: str, are_equal: bool) -> None:
    text, renamed = program_keys([one, other], language)
    assert (renamed[0] == renamed[1]) == are_equal
    assert text[0] != text[1]


def test_equal_texts_have_equal_keys_whatever_is_in_them() -> None:
    keys = digests(["\ud800", "a\0", "a\0", ""])
    assert keys[1] == keys[2]
    assert len(set(keys.tolist())) == 3
