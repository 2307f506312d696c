"""Variables are renamed consistently, and nothing else is."""

from __future__ import annotations

import pytest

from synthcode.comments.snippets import parse_snippet
from synthcode.dataset.variable_renaming import rename_variables
from synthcode.languages import LANGUAGES, get_language
from tests.support.programs.syntax_corpus import syntax_cases
from tests.support.renamed_programs import CASES


def test_every_language_has_a_case() -> None:
    assert set(CASES) == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_variables_are_renamed_and_nothing_else(language: str) -> None:
    code, renamed = CASES[language]
    assert rename_variables(code, get_language(language)) == renamed
    for text in (code, renamed):
        assert not parse_snippet(text, get_language(language)).root.has_error


def test_valid_programs_stay_valid() -> None:
    for case in syntax_cases():
        language = get_language(case.language)
        if not parse_snippet(case.text, language).root.has_error:
            renamed = rename_variables(case.text, language)
            assert not parse_snippet(renamed, language).root.has_error, case.name


def test_new_names_are_not_those_that_a_program_has() -> None:
    assert rename_variables("def f(v2, b):\n    return v1(v2, b)\n", get_language("python")) == (
        "def f(v3, v4):\n    return v1(v3, v4)\n"
    )


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", "def f(a):\n    return eval('a')\n"),
        ("php", "<?php function f($a) { return compact('a'); }"),
        ("php", "<?php function f($a) { return $$a; }"),
        ("python", "def f(a:\n    return a\n"),
        ("python", "def f(self, cls, _):\n    return _\n"),
        ("go", "x" * 200_000),
    ],
)
def test_programs_that_cannot_be_renamed_stay(language: str, code: str) -> None:
    assert rename_variables(code, get_language(language)) == code


def test_a_name_in_another_function_that_may_be_a_librarys_stays() -> None:
    code = "def f(max):\n    return max\ndef g(a):\n    return max(a)\n"
    assert rename_variables(code, get_language("python")) == code.replace("(a)", "(v1)")


def test_characters_of_several_bytes_stay_in_place() -> None:
    code = "def f(größe):\n    return 'größe 🎈' + größe\n"
    assert rename_variables(code, get_language("python")) == "def f(v1):\n    return 'größe 🎈' + v1\n"


def test_a_comment_that_ends_with_a_dot_hides_no_variable() -> None:
    code = "function f(a) {\n  // The first.\n  a = 1;\n  return a;\n}\n"
    assert rename_variables(code, get_language("javascript")) == code.replace("(a)", "(v1)").replace(
        "a = 1", "v1 = 1"
    ).replace("return a", "return v1")


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("kotlin", "fun f(size: List<Int>) = size.size + size?.size!! + size.map(Int::size)"),
        ("java", "class C { int f(List size) { return size.map(this::size).size + size.size(); } }"),
        ("rust", 'fn f(size: P) { println!("{}", size.size, size.size(), Q::size); }'),
        ("csharp", "class C { int F(List size) { return size.size + size?.size; } }"),
        ("python", "def f(size):\n    return size.size + size . size\n"),
        ("go", "package p\nfunc f(size P) int { return size.size }"),
        ("cpp", "int f(P* size) { return size->size + size->size() + Q::size; }"),
        ("ruby", "def f(size)\n  size.size + size&.size\nend\n"),
        ("typescript", "function f(size: P) { return size.size + size?.size; }"),
    ],
)
def test_a_member_is_no_variable(language: str, code: str) -> None:
    parsed = parse_snippet(code, get_language(language))
    assert not parsed.root.has_error
    renamed = rename_variables(code, get_language(language))
    assert renamed.count("size") == code.count(".size") + code.count(". size") + code.count("->size") + code.count(
        "::size"
    )
