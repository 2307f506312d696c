"""No regular expression takes time that grows faster than the text: texts are foreign, and answers long."""

from __future__ import annotations

import functools
import re

import pytest

from synthcode.languages.rules import RULES
from synthcode.verification.compiling.compilers import COMPILERS
from tests.support.suite.regex_attacks import Pattern, collect, collect_literals, slow_texts

PARTS = 24
FEW = 6
"""Parts to repeat that the default run tries: all of :data:`SLOW` are found by one of them."""
SLOW = [
    pytest.param(r"^[ \t]*(?:#*[ \t]*(?:args|returns)[ \t]*[:,]?[ \t]*$)", "search", marks=pytest.mark.slow),
    pytest.param(r"(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)", "fullmatch", marks=pytest.mark.slow),
    pytest.param(r"\s*\{?\s*\.?(?P<tag>[A-Za-z]+)", "match", marks=pytest.mark.slow),
    (r"\n[ \t]*\n|\n?[ \t]*</?p\s*/?>", "split"),
    (r"(?:a+)+$", "fullmatch"),
    (r"\"(?:\\.|[^\"])*\"", "finditer"),
]
_PREDICATE = re.compile(r'#(?:not-)?match\? @\w+ "((?:\\.|[^"\\])*)"')


def patterns_of_queries() -> list[Pattern]:
    """Return the patterns within tree-sitter queries: Python's ``re`` searches nodes for them."""
    found = {}
    for name, rules in RULES.items():
        queries = [rules.definitions, rules.regex, rules.overlooked]
        queries += [refusal.pattern for refusal in (*rules.refused, *rules.words)]
        for text in _PREDICATE.findall("\n".join(queries)):
            unescaped = re.sub(r"\\(.)", lambda escape: {"n": "\n", "t": "\t"}.get(escape[1], escape[1]), text)
            found[text] = Pattern(f"a query of {name}: {text}", re.compile(unescaped), ("search",))
        if rules.opened:
            found[name] = Pattern(f"{name}: opened", re.compile(rules.opened), ("search",))
    return list(found.values())


def patterns_of_compilers() -> list[Pattern]:
    return [
        Pattern(f"{name}: {field}", re.compile(getattr(compiler, field)), ("search",))
        for name, compiler in COMPILERS.items()
        for field in ("message", "unknown_names", "assumed_names")
        if getattr(compiler, field)
    ]


@functools.cache
def patterns() -> list[Pattern]:
    """Collect them in the process that attacks them: every process of the tests collects the tests."""
    return [*collect(), *collect_literals()[0], *patterns_of_queries(), *patterns_of_compilers()]


def test_time_grows_no_faster_than_some_texts() -> None:
    slow = {pattern.place: list(slow_texts(pattern, FEW)) for pattern in patterns()}
    assert {place: texts for place, texts in slow.items() if texts} == {}


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_time_grows_no_faster_than_the_text(part: int) -> None:
    slow = {pattern.place: list(slow_texts(pattern)) for pattern in patterns()[part::PARTS]}
    assert {place: texts for place, texts in slow.items() if texts} == {}


def test_every_pattern_is_collected() -> None:
    assert len(patterns()) > 130
    known = {"synthcode.gate.answers.fences._TAG", "synthcode.seeds.descriptions._SECTION"}
    assert known <= {one.place for one in patterns()}


def test_functions_take_patterns_only_from_what_is_collected() -> None:
    """Others are held by a variable of a module, or by a table that the functions above read."""
    letters_between_line_breaks = "'[\\\\r\\\\n]*'.join(map(re.escape, form))"
    letters_between_others = "_GAP.join(spelling.decode())"  # attacked in test_redaction.py
    known = {
        "compiler.message",
        "compiler.assumed_names",
        "rules.opened",
        "names",
        "_SOURCE_FILE",
        letters_between_line_breaks,
    }
    known.add(letters_between_others)
    known.add("rf'\\\\A(?:{pattern})\\\\Z'")  # conditions of RULES, which collect() finds
    known.add("shown_by.encode()")  # the same
    known.add("bounded.encode()")  # rewrites of RULES, which collect() finds
    assert set(collect_literals()[1]) <= known


@pytest.mark.parametrize(("text", "use"), SLOW)
def test_slow_patterns_are_found(text: str, use: str) -> None:
    assert next(slow_texts(Pattern("slow", re.compile(text, re.MULTILINE), (use,)), FEW), None) is not None
