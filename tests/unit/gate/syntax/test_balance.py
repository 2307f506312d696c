"""A program that does not parse says which bracket is missing, and whether its text was cut off."""

from __future__ import annotations

import pytest

from synthcode.gate.syntax.balance import brackets_never_match
from synthcode.gate.syntax.diagnosis import diagnose
from synthcode.languages import LANGUAGES, get_language

CUT = "the text ends in the middle of a statement, and "


@pytest.mark.parametrize(
    ("language", "code", "detail"),
    [
        (
            "csharp",
            "namespace A\n{\n  class B {\n    int F() { return 1; }\n  }\n",
            "line 5: a '}' is missing at the end",
        ),
        ("csharp", "namespace A\n{\n  class B {\n    int F() { return 1; }\n", "line 4: 2 '}' are missing at the end"),
        ("php", '<?php\nfunction f($x) {\n  return "{$x}}";\n', "line 3: a '}' is missing at the end"),
        ("php", "function f($x) {\n  return g($x]);\n}", "line 2: ')' is missing before ']'"),
        ("go", "func f() {\n\tg((1]\n}", "line 2: ')' is missing before ']'"),
        ("rust", "fn f() {}\n}\n", "line 2: a '}' too many"),
        ("java", "/* f\n ) } ]\n*/\nint f() {\n  return g(a[1], b[);\n}\n", "line 5: ']' is missing before ')'"),
        ("java", "int f() {\n  return g(a[1], b[);\n}\n", "line 2: ']' is missing before ')'"),
        ("ruby", "def f(x)\n  if x\n    1\n  end\n", "line 4: an 'end' is missing at the end"),
        (
            "ruby",
            "def f(x)\n  while x do\n    x.each do |y|\n      p 'end'\n  end\n",
            "line 5: 2 'end' are missing at the end",
        ),
        ("java", "class A {\n  int f() {\n    return g(1,\n", f"line 3: {CUT}3 brackets are open at the end"),
        ("typescript", "const f = (a: number) => {\n  return a ===", f"line 2: {CUT}a '}}' is missing at the end"),
        ("c", "int f(void) {\n  // }\n  return 1 + x", f"line 3: {CUT}a '}}' is missing at the end"),
        ("kotlin", 'fun f() {\n  val s = "}"\n', "line 2: a '}' is missing at the end"),
        ("rust", "fn f() {\n    let let x = 1;\n}", "line 2: it does not parse"),
        ("typescript", "function f(a {\n  return a;\n}\n", "line 1: a '(' is not closed"),
        ("cpp", "int f() {\n  int a = g[1;\n  return a;\n}\n", "line 2: a '[' is not closed"),
        ("cpp", 'int f() {\n  auto s = R"(\n)";\n  g(s;\n}\n', "line 4: a '(' is not closed"),
        ("csharp", "int F() {\n  return G(x => {\n    return x; };\n}\n", "line 2: a '(' is not closed"),
    ],
)
def test_what_is_missing(language: str, code: str, detail: str) -> None:
    rejection = diagnose(code, get_language(language))
    assert rejection is not None
    assert (rejection.reason, rejection.detail) == ("syntax_error", detail)


@pytest.mark.parametrize(
    "text",
    [
        "class A { int f() { return 1; }\n",
        "/** Says {@code f} and {. */\nclass A {\n  int f() { return 1;\n",
        "int f() { return 1; } }\n",
        "#include <map>\nint f() {\n  char c = '}';\n  if (c) {\n    g();\n",
        'fun f() {\n  println("}")\n  if (a) {\n    b()\n',
        "class A {\n  /** Says {@code f} and {. */\n  int f() {\n    return 1;\n}\n",
        "<?php\nfunction f($a) {\n  // it's {\n  return g($a;\n}\n",
        "int f() {\n  char c = '\"';\n  return g(c;\n}\n",
        "int f() {\n  return a[1;\n}\n",
    ],
)
def test_brackets_that_nothing_can_match_are_known_without_a_parser(text: str) -> None:
    assert brackets_never_match(text.encode())
    for language in LANGUAGES.values():
        if language.name not in ("python", "ruby"):
            assert diagnose(text, language) is not None, language.name


@pytest.mark.parametrize(
    "text",
    [
        "class A { int f() { return 1; } }\n",
        "#define BEGIN {\nint f() BEGIN return 1; }\n",
        "#if A\nint f() {\n#else\nint f(int a) {\n#endif\n  return 1; }\n",
        "char *s = \"{\";\nint f(void) { return '{'; }\n",
        "var s = `\n{\n`;\n",
        "/* { */ int f(void) { return 1; }\n/* more {\n{ */\n",
        'let s = "a {\nb {";\n',
        'let s = r#"\n{ "\n"#;\n',
        'var s = @"\n{\n";\n',
        "<html>{<?php function f() { return 1; }\n",
        "<?php $a = <<<X\n{\nX;\n",
        "const r = /[{]/;\n",
        "int f() { // {\n  return 1; }\n",
        "int a<::> = <%1, 2};\n",
        "int f() ??< return 1; }\n",
        'var s = "a\\\n{\\\nb";\n',
        "$s = \"'\" . '\n{\n' . \"'\";\n",
        '$s = "a \\"\n{\n\\"";\n',
        "fun f() { }\n/* /* {\n*/ {\n*/\n",
        "const a = <p>\n  :(\n</p>;\n",
        "const a = <>\n  [0, 1)\n  <br />\n</>;\n",
        "int a<:1] = {2};\n",
        "int f(int a??) { return a; }\n",
        "int f() { return 1; /* (\n ( */ }\n",
    ],
)
def test_brackets_that_may_be_text_prove_nothing(text: str) -> None:
    assert not brackets_never_match(text.encode())
