"""Strings that document a function in a language without docstrings are not left in stripped code."""

from __future__ import annotations

import pytest

from synthcode.comments import strip
from synthcode.languages import LANGUAGES

DOCUMENTED = {
    "ruby": ('def f(x)\n  """Adds one."""\n  x + 1\nend\n', "def f(x)\n  x + 1\nend\n"),
    "kotlin": (
        'fun f(x: Int): Int {\n    """\n    Adds one.\n    """\n    return x + 1\n}\n',
        "fun f(x: Int): Int {\n    return x + 1\n}\n",
    ),
    "javascript": ("function f(x) {\n  'Adds one.';\n  return x + 1;\n}\n", "function f(x) {\n  return x + 1;\n}\n"),
    "typescript": ('const f = (x) => { "Adds."; return x; };\n', "const f = (x) => { return x; };\n"),
    "php": (
        "<?php\nfunction f($x) {\n    'Adds one.';\n    return $x;\n}\n",
        "<?php\nfunction f($x) {\n    return $x;\n}\n",
    ),
    "c": ('int f(int x) {\n    "Adds one.";\n    return x + 1;\n}\n', "int f(int x) {\n    return x + 1;\n}\n"),
    "cpp": ('int f(int x) {\n    "Adds"\n    " one.";\n    return x;\n}\n', "int f(int x) {\n    return x;\n}\n"),
    "rust": (
        '#[doc = "Adds."]\nfn f(x: i32) -> i32 {\n    #![doc = r"One."]\n    x\n}\n',
        "fn f(x: i32) -> i32 {\n    x\n}\n",
    ),
}
IN_ROWS = {
    "ruby": 'class A\n  # c\n  "Doc."\n  def f(x)\n    "Adds."; "One."; x + 1\n  end\nend\n',
    "kotlin": 'fun f(x: Int): Int {\n    // c\n    "Adds."; """One.""" // d\n    return x + 1\n}\n',
    "javascript": "'Module.';\nfunction f(x) { /* c */ 'Adds.'; 'use strict'; 'One.'; return x + 1; }\n",
    "typescript": "const f = (x) => {\n  // c\n  'Adds.'\n  'One.'\n  return x\n}\n",
    "php": "<?php\n'Module.';\nfunction f($x) {\n    # c\n    'Adds.';\n    \"One.\";\n    return $x;\n}\n",
    "c": 'int f(int x) {\n    /* c */ "Adds."; "One.";\n    return x + 1;\n}\n',
    "cpp": 'int f(int x) {\n    // c\n    "Adds."\n    " one.";\n    "Two.";\n    return x;\n}\n',
    "rust": 'fn f(x: i32) -> i32 {\n    // c\n    "Adds.";\n    r#"One."#;\n    x\n}\n',
}
IN_ROWS_LEFT = {
    "ruby": "class A\n  def f(x)\n    x + 1\n  end\nend\n",
    "kotlin": "fun f(x: Int): Int {\n    return x + 1\n}\n",
    "javascript": "function f(x) { 'use strict'; return x + 1; }\n",
    "typescript": "const f = (x) => {\n  return x\n}\n",
    "php": "<?php\nfunction f($x) {\n    return $x;\n}\n",
    "c": "int f(int x) {\n    return x + 1;\n}\n",
    "cpp": "int f(int x) {\n    return x;\n}\n",
    "rust": "fn f(x: i32) -> i32 {\n    x\n}\n",
}
KEPT = (
    ("ruby", 'def f\n  "a value"\nrescue\n  1\nensure\n  2\nend\n'),
    ("rust", 'fn f() -> &\'static str {\n    "a value"\n}\n'),
    ("ruby", 'def f\n  "a value"\nend\n'),
    ("ruby", 'def f(x)\n  "#{x.pop}"\n  x\nend\n'),
    ("kotlin", 'fun f(x: List<Int>) = x.map {\n    "a value"\n}\n'),
    ("javascript", "function f() {\n  'use strict';\n  return 1;\n}\n"),
    ("javascript", "f({\n  'key': 1,\n});\n"),
    ("php", '<?php\nfunction f($x) {\n    "{$x->pop()}";\n    return $x;\n}\n'),
    ("rust", '#[doc(hidden)]\n#[doc = include_str!("a")]\nfn f() {}\n'),
)


@pytest.mark.parametrize("language", DOCUMENTED)
def test_documentation_in_a_string_goes(language: str) -> None:
    code, expected = DOCUMENTED[language]
    assert strip(code, LANGUAGES[language]) == expected


@pytest.mark.parametrize(("language", "code"), KEPT)
def test_strings_with_a_meaning_stay(language: str, code: str) -> None:
    assert strip(code, LANGUAGES[language]) == code


@pytest.mark.parametrize("language", IN_ROWS)
def test_all_strings_that_open_a_body_go_at_once(language: str) -> None:
    assert strip(IN_ROWS[language], LANGUAGES[language]) == IN_ROWS_LEFT[language]


def test_the_last_of_several_strings_is_the_value() -> None:
    code = 'def f\n  "Doc."\n  "a value" # c\nend\n'
    assert strip(code, LANGUAGES["ruby"]) == 'def f\n  "a value"\nend\n'
