"""A program is not wrong because the toolchain is older than what it uses."""

from __future__ import annotations

import pytest

from synthcode.verification.newer_versions import needs_newer

JAVA = "line 5: cannot find symbol symbol: method {}() location: variable x of type java.util.List<java.lang.Integer>"
RAISED = "('abc') -> raises {}, expected 3"


@pytest.mark.parametrize(
    ("language", "code", "message"),
    [
        ("java", "x.getFirst()", JAVA.format("getFirst")),
        (
            "java",
            "case String t ->",
            "(preview.feature.disabled.plural) patterns in switch are a preview feature and are",
        ),
        ("java", "if (o instanceof Pair(String t, int n)) { }", "line 5: ')' expected"),
        ("kotlin", "data object Marker", "line 1: Modifier 'data' is not applicable to 'object'"),
        ("kotlin", "for (i in 0..<n) {}", "line 4: Expecting an element"),
        ("kotlin", "Colour.entries", "line 4: Unresolved reference: entries"),
        ("kotlin", "listOf(1, 2,)", "line 4: Expecting an argument"),
        ("java", "case Map.Entry<String, Integer> (String t, int n) -> t;", "line 5: ',', ')' expected"),
        ("cpp", "std::print(1)", "‘print’ is not a member of ‘std’"),
        ("cpp", "s.contains(x)", "‘std::string’ has no member named ‘contains’"),
        ("php", "array_find([], f(...))", "Error: Call to undefined function array_find()"),
        ("php", "$a |> trim(...)", "syntax error, unexpected token '>'"),
        ("ruby", "Pair = Data.define(:a)", "NameError: uninitialized constant Data"),
        ("ruby", "[s].map { it.length }", RAISED.format("NameError")),
        ("ruby", "7.ceildiv(2)", RAISED.format("NoMethodError")),
        ("javascript", "Object.groupBy(xs, f)", RAISED.format("TypeError")),
        ("typescript", "new Set(a).union(b)", RAISED.format("TypeError")),
        ("javascript", "m.values().map((x) => x)", RAISED.format("TypeError")),
        ("javascript", "Iterator.from(x)", "ReferenceError: Iterator is not defined"),
        ("python", "from itertools import batched", "ImportError: cannot import name 'batched' from 'itertools'"),
        ("rust", "if let Some(x) = y && x > 0 {}", "let chains are only allowed in Rust 2024 or later"),
    ],
)
def test_what_only_newer_toolchains_take_is_told(language: str, code: str, message: str) -> None:
    assert needs_newer(language, code, message)


@pytest.mark.parametrize(
    ("language", "code", "message"),
    [
        ("java", "x.getFirst()", "('abc') -> 4, expected 3"),
        ("java", "if (o instanceof Pair(String t, int n)) { }", "('abc') -> 4, expected 3"),
        ("java", "x.first()", JAVA.format("first")),
        ("java", "int f( {", "line 5: (expected) ')' expected"),
        ("cpp", "std::prnt(1)", "‘prnt’ is not a member of ‘std’"),
        ("php", "find([])", "Error: Call to undefined function find()"),
        ("ruby", "# it is long\nlenght(s)", RAISED.format("NameError")),
        ("ruby", "s.lenght", RAISED.format("NoMethodError")),
        ("javascript", "Object.groupBy(xs, f)", "('abc') -> 4, expected 3"),
        ("javascript", "Object.groupBy(xs, f)", "ReferenceError: x is not defined"),
        ("javascript", "xs.length()", RAISED.format("TypeError")),
        ("python", "x.append(1)", RAISED.format("AttributeError")),
        ("rust", "let x: i32 = 1u8;", "mismatched types"),
        ("kotlin", "fun f(): Int = g()", "line 1: Unresolved reference: g"),
        ("kotlin", "for (i in 0..<n) {}", "('abc') -> 4, expected 3"),
        ("kotlin", "counts.entries.first()", "line 4: Type mismatch: inferred type is Int but String was expected"),
        ("c", "x", "anything"),
    ],
)
def test_what_is_wrong_in_every_version_stays_wrong(language: str, code: str, message: str) -> None:
    assert not needs_newer(language, code, message)
