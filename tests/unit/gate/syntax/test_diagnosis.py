"""Whole programs and what spoils them, in every language: what is found, in which line, and how soon."""

from __future__ import annotations

import time

import pytest

from synthcode.gate.syntax.diagnosis import diagnose, diagnose_program
from synthcode.languages import LANGUAGES, get_language

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
def test_a_spoilt_program_does_not_pass(language: str, spoilt: str) -> None:
    rejection = diagnose(spoilt.format(PROGRAMS[language].partition(")")), get_language(language))
    assert rejection is not None
    assert rejection.reason == "syntax_error"


@pytest.mark.parametrize("language", ["java", "csharp"])
def test_a_lone_method_passes(language: str) -> None:
    method = PROGRAMS[language].split("\n", 1)[1].rsplit("}", 1)[0]
    assert diagnose_program(method, get_language(language)) is None
    assert diagnose_program(f"public {method}private A x;", get_language(language)) is None  # parses only in a class


@pytest.mark.parametrize("language", ["java", "csharp"])
@pytest.mark.parametrize("code", ["int f() { return 1; } } { int x;", "int f() { return 1; } } class B {"])
def test_nothing_is_mended_by_what_a_lone_method_is_put_in(language: str, code: str) -> None:
    assert diagnose(code, get_language(language)) is not None


def test_a_fence_within_a_comment_or_string_is_code() -> None:
    comment = "/**\n```\nadd(1, 2)\n```\n */\n"
    assert diagnose(comment + PROGRAMS["java"], get_language("java")) is None
    assert diagnose('val x = """\n```\n"""\n', get_language("kotlin")) is None
    assert diagnose('def f():\n    """\n```\nf()\n```\n    """\n', get_language("python")) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_program_that_defines_nothing_is_told_apart(language: str) -> None:
    code = {"php": "<?php\n$x = 1;\n", "java": "import java.util.List;\n", "csharp": "using System;\n"}
    code |= {"go": "package main\n", "c": "int x = 1;\n", "cpp": "int x = 1;\n", "rust": "use std::fmt;\n"}
    code |= {"kotlin": "import x\n", "typescript": "const", "javascript": "xs.map((x) => x + 1);\n"}
    rejection = diagnose_program(code.get(language, "x = 1\n"), get_language(language))
    assert rejection is not None
    assert rejection.reason == "no_definition"


@pytest.mark.parametrize("code", ["<php\nfunction f() {}\n", "?php\nfunction f() {}\n"])
def test_php_without_a_tag_that_is_one_defines_nothing(code: str) -> None:
    rejection = diagnose_program(code, get_language("php"))
    assert rejection is not None
    assert rejection.reason == "no_definition"


@pytest.mark.parametrize(
    ("language", "code", "detail"),
    [
        ("c", "int f() {\n    return 1;\n}\n\nint g() {\n    return (1;\n}\n", "line 6: a '(' is not closed"),
        ("php", "function f() {\n  return 1\n}\n", "line 2: ';' is missing"),
        ("python", "x = 1\ny = (\n", "line 2: '(' was never closed"),
        ("java", "int f() {\n  1;\n}", "line 2: not a statement"),
        ("java", "private A x;\nint f() {\n  1;\n}", "line 3: not a statement"),
        ("kotlin", "fun f() {\n```\n}", "line 2: a Markdown fence"),
        ("go", "func f() {\n\t\0\n}", "line 2: the control character U+0000"),
        ("javascript", "\nx = …;", "line 2: the character U+2026"),
    ],
)
def test_the_line_of_an_error_is_named(language: str, code: str, detail: str) -> None:
    rejection = diagnose(code, get_language(language))
    assert rejection is not None
    assert rejection.detail == detail


@pytest.mark.parametrize(
    ("language", "code", "reason"),
    [
        ("java", "class A { List<" + "List<" * 100_000, "too_long"),
        ("csharp", "class A { List<" + "List<" * 100_000, "too_long"),
        ("java", "class A { " + "List<" * 15_000, "repetitive"),
        ("csharp", "class A { " + "a<" * 45_000, "repetitive"),
        ("java", "a => " * 3_000, "repetitive"),
        ("python", "(" * 50_000, "too_deep"),
        ("python", "-" * 90_000 + "1", "repetitive"),
        ("kotlin", "fun f() {" * 10_000, "too_deep"),
        ("rust", "fn f() { x = " + "[" * 5_000 + "]" * 5_000 + " }", "too_deep"),
        ("go", 'package a\nimport (\n\t"b"\n```go\n)\nfunc f() {\n\tv = ' + "m.min(" * 60, "syntax_error"),
        ("c", "x" * 10_000_000, "too_long"),
        ("ruby", "def f\n  1\x00\nend\n", "syntax_error"),
        ("typescript", "const x = 1;\x07", "syntax_error"),
    ],
)
def test_what_hangs_a_parser_or_kills_it_never_reaches_it(language: str, code: str, reason: str) -> None:
    started = time.process_time()
    rejection = diagnose(code, get_language(language))
    assert rejection is not None
    assert rejection.reason == reason
    assert time.process_time() - started < 5


def test_a_parser_that_recovers_for_a_minute_is_stopped() -> None:
    lines = "".join(f"    val temp{number} = mutableListOf<Int>()\n" for number in range(40))
    code = f'fun f() {{\n    val open = """a"""\n    val b = "`"\n```kotlin\n{lines}}}\n'
    started = time.process_time()
    rejection = diagnose(code, get_language("kotlin"), deadline_s=0.2)
    assert rejection is not None
    assert rejection.reason == "parse_timeout"
    assert time.process_time() - started < 5
