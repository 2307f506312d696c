"""Whether a text is a program of another language: the quick answer, next to the whole diagnosis."""

from __future__ import annotations

import pytest

from synthcode.gate.syntax.diagnosis import diagnose_program, is_program
from synthcode.languages import LANGUAGES, get_language
from synthcode.languages.parsing import parse, parse_sound
from tests.support.programs.syntax_corpus import syntax_cases
from tests.unit.gate.syntax.test_diagnosis import PROGRAMS

SHORT = {
    "python": ["f = lambda: 1\n", "class A: pass\n"],
    "java": ["int f();", "@interface A {}", "record A(int x) {}"],
    "javascript": ["f = () => 1", "var o = { f() {} }", "export default class A {}"],
    "typescript": ["type A = string", "abstract class A {}", "enum A { B }"],
    "go": ["type A int", "var f = func() {}"],
    "php": ["FUNCTION f() {}", "<?php\n$f = fn($x) => $x;", "<?php\ntrait A {}"],
    "ruby": ["f = ->(x) { x }", "f = proc { 1 }", "module A; end"],
    "c": ["struct a { int x; };", "enum a { x };"],
    "cpp": ["struct A { A() = default; };", "auto f = [] { return 1; };"],
    "csharp": ["record A(int X);", "int F() => 1;", "Func<int> f = () => 1;"],
    "rust": ["impl A {}", "union A { x: i32 }", "trait A {}"],
    "kotlin": ["val f = { 1 }", "object A", "fun interface A { fun f() }"],
}
"""Definitions without most of what others have."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_quick_answer_is_that_of_the_diagnosis(language: str) -> None:
    programs = [*PROGRAMS.values(), *(text for texts in SHORT.values() for text in texts)]
    for text in (edited for program in programs for edited in (program, program[:-4], f"\n{program}\u200b", "")):
        found = diagnose_program(text, get_language(language))
        assert is_program(text, get_language(language)) == (found is None), (text, found)


def test_texts_that_are_hard_for_the_gate_get_the_same_answer() -> None:
    languages = list(LANGUAGES.values())
    for number, case in enumerate(syntax_cases()):
        for language in (get_language(case.language), languages[number % len(languages)]):
            assert is_program(case.text, language) == (diagnose_program(case.text, language) is None), case.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_short_definitions_are_programs(language: str) -> None:
    rejected = [text for text in SHORT[language] if not is_program(text, get_language(language))]
    assert rejected == []


def test_the_parser_stops_at_an_error_that_nothing_can_undo() -> None:
    java = get_language("java")
    assert parse_sound(b"def end ]] ;; ((" * 4000, java) is None
    sound = parse_sound(PROGRAMS["java"].encode(), java)
    assert sound is not None
    assert str(sound.root_node) == str(parse(PROGRAMS["java"].encode(), java).root_node)
