from __future__ import annotations

import pytest

from synthcode.languages import LANGUAGES, get_language
from synthcode.stages.syntax import diagnose, diagnose_program

PROGRAMS = {
    "python": "def add(a, b):\n    return a + b\n",
    "java": "class A {\n    static int add(int a, int b) {\n        return a + b;\n    }\n}\n",
    "javascript": "const add = (a, b) => a + b;\n",
    "typescript": "function add(a: number, b: number): number {\n  return a + b;\n}\n",
    "go": "package main\n\nfunc add(a, b int) int {\n\treturn a + b\n}\n",
    "php": "<?php\nfunction add($a, $b) {\n    return $a + $b;\n}\n",
    "ruby": "def add(a, b)\n  a + b\nend\n",
    "c": "int add(int a, int b) {\n    return a + b;\n}\n",
    "cpp": "template <typename T>\nT add(T a, T b) {\n    return a + b;\n}\n",
    "csharp": "class A {\n    static int Add(int a, int b) => a + b;\n}\n",
    "rust": "fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n",
    "kotlin": "fun add(a: Int, b: Int): Int = a + b\n",
}
SENTENCE = "Here is the translated function, which adds two numbers:\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_program_passes(language: str) -> None:
    assert diagnose_program(PROGRAMS[language], get_language(language)) is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("spoilt", ["{0[0]}{0[2]}", SENTENCE + "{0[0]}){0[2]}", "{0[0]}){0[2]}\n```\n"])
def test_a_spoilt_program_does_not(language: str, spoilt: str) -> None:
    rejection = diagnose(spoilt.format(PROGRAMS[language].partition(")")), get_language(language))
    assert rejection is not None
    assert rejection.reason == "syntax_error"


@pytest.mark.parametrize("language", ["java", "csharp"])
def test_a_lone_method_passes(language: str) -> None:
    method = PROGRAMS[language].split("\n", 1)[1].rsplit("}", 1)[0]
    assert diagnose_program(method, get_language(language)) is None


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("php", "This is not PHP."),
        ("ruby", "Here is the method that you asked for\n"),
        ("cpp", "function add(a, b) {\n    return a + b;\n}\n"),
        ("java", "class A { def add() {} }"),
        ("go", 'package main\n\nfmt.Println("x")\n'),
        ("rust", "add(1, 2);"),
        ("kotlin", "add(1, 2)"),
        ("python", "x = 1 +"),
        ("python", "\0"),
    ],
)
def test_what_a_grammar_lets_through_and_the_language_does_not(language: str, code: str) -> None:
    rejection = diagnose(code, get_language(language))
    assert rejection is not None
    assert rejection.reason == "syntax_error"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_program_that_defines_nothing_is_told_apart(language: str) -> None:
    code = {"php": "<?php\n$x = 1;\n", "java": "import java.util.List;\n", "csharp": "using System;\n"}
    code |= {"go": "package main\n", "c": "int x = 1;\n", "cpp": "int x = 1;\n", "rust": "use std::fmt;\n"}
    code |= {"kotlin": "import x\n"}
    rejection = diagnose_program(code.get(language, "x = 1\n"), get_language(language))
    assert rejection is not None
    assert rejection.reason == "no_definition"


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("java", "class A { List<" + "List<" * 100_000),
        ("csharp", "class A { List<" + "List<" * 100_000),
        ("python", "(" * 50_000),
        ("kotlin", "fun f() {" * 30_000),
        ("rust", "fn f() {" + "[" * 30_000),
    ],
)
def test_deep_nests_are_refused_before_they_reach_the_parser(language: str, code: str) -> None:
    rejection = diagnose(code, get_language(language))
    assert rejection is not None
    assert rejection.reason in ("too_deep", "too_long", "repetitive")


def test_the_line_of_an_error_is_named() -> None:
    rejection = diagnose("int f() {\n    return 1;\n}\n\nint g() {\n    return (1;\n}\n", get_language("c"))
    assert rejection is not None
    assert rejection.detail == "line 6: ')' is missing"
