from __future__ import annotations

import pytest

from synthcode.comments import detach_documentation, strip
from synthcode.comments import snippets as snippets_module
from synthcode.comments.removal import Cut, remove
from synthcode.languages import LANGUAGES
from synthcode.languages.parsing import MAX_BYTES, ParseTimeout
from tests.support.comment_corpus import CORPUS


def stripped(language: str, code: str) -> str:
    return strip(code, LANGUAGES[language])


def detached(language: str, code: str) -> tuple[str, str]:
    return detach_documentation(code, LANGUAGES[language])


def test_the_corpus_covers_every_language() -> None:
    assert set(CORPUS) == set(LANGUAGES)


@pytest.mark.parametrize("language", CORPUS)
def test_all_comments_go_and_nothing_else(language: str) -> None:
    source, expected = CORPUS[language]
    assert stripped(language, source) == expected


@pytest.mark.parametrize("language", CORPUS)
def test_line_ends_are_kept_as_they_are(language: str) -> None:
    source, expected = (text.replace("\n", "\r\n") for text in CORPUS[language])
    if language == "rust":  # to the grammar, a "#![...]" after a shebang that ends in CR is not an attribute
        source, expected = (text.partition("\r\n")[2] for text in (source, expected))
    if language == "c":  # nor does it know a string that goes on after a backslash and CR
        source, expected = (text.replace('"a\\\r\n//b"', '"a"') for text in (source, expected))
    assert stripped(language, source) == expected


class TestPlaces:
    """Where a comment stands decides what goes with it."""

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            pytest.param("int a;\n// x\nint b;\n", "int a;\nint b;\n", id="alone: with its line"),
            pytest.param("int a;\n\n// x\nint b;\n", "int a;\n\nint b;\n", id="blank line before stays"),
            pytest.param("int a;\n// x\n\nint b;\n", "int a;\n\nint b;\n", id="blank line after stays"),
            pytest.param("int a;\n\n// x\n\n\nint b;\n", "int a;\n\nint b;\n", id="blank lines on both sides fold"),
            pytest.param("void f() {\n  // x\n\n  a();\n}\n", "void f() {\n  a();\n}\n", id="no blank line at a start"),
            pytest.param("// x\n\nint a;\n", "int a;\n", id="nor at the start of the file"),
            pytest.param("int a;\n\n// x\n", "int a;\n", id="nor at its end"),
            pytest.param("int a;\n// x", "int a;", id="an unended last line stays unended"),
            pytest.param("int a; // x", "int a;", id="trailing, at the end of the file"),
            pytest.param("int a; \t// x\nint b;", "int a;\nint b;", id="trailing: with the blanks before it"),
            pytest.param("int a;   \n// x\n", "int a;   \n", id="other blanks stay"),
            pytest.param("  /* x */ int a;\n", "  int a;\n", id="leading: indentation stays"),
            pytest.param("int/**/a;", "int a;", id="tokens do not join"),
            pytest.param("int /* x */ a;", "int a;", id="one of two blanks stays"),
            pytest.param("int a /* x */;", "int a;", id="no blank before a semicolon"),
            pytest.param("f(/* x */ a);", "f(a);", id="nor after a bracket"),
            pytest.param("int a; /* x */ // y\n", "int a;\n", id="one after another"),
            pytest.param("/* x */ /* y */\nint a;\n", "int a;\n", id="two on a line"),
            pytest.param("int a; /* x\n y */\nint b;\n", "int a;\nint b;\n", id="begins at the end of a line"),
            pytest.param("int a; /* x\n y */ int b;\n", "int a; int b;\n", id="over lines: a space, in C"),
            pytest.param("// x\n// y\n", "", id="nothing but comments"),
        ],
    )
    def test_c(self, before: str, after: str) -> None:
        assert stripped("c", before) == after

    def test_a_comment_over_lines_still_ends_a_statement_of_javascript(self) -> None:
        assert stripped("javascript", "a = b /*\n*/ c()\n") == "a = b\n c()\n"

    def test_the_blank_after_a_macro_without_value_stays(self) -> None:
        assert stripped("c", "#define COMMA /* x */ ,\n") == "#define COMMA ,\n"

    def test_a_string_of_a_macro_may_look_like_the_start_of_a_comment(self) -> None:
        assert stripped("c", '#define S "/*"\nint a; // x\nint b; /* y */\n') == '#define S "/*"\nint a;\nint b;\n'

    def test_the_line_after_a_continued_directive_is_not_joined_to_it(self) -> None:
        assert stripped("c", "#define A 1 \\\n// x\nint a;\n") == "#define A 1 \\\n\nint a;\n"

    def test_cuts_that_overlap_or_touch_are_one(self) -> None:
        assert remove(b"a xyz b", [Cut(3, 5), Cut(2, 4)], keep_breaks=False) == b"a b"

    def test_something_can_come_instead(self) -> None:
        assert remove(b"a(b)", [Cut(2, 3, b"cc")], keep_breaks=False) == b"a(cc)"


class TestPython:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ('def f(): "doc"\n', "def f(): pass\n"),
            ('def f(): "doc"; return 1\n', "def f(): return 1\n"),
            ('x = 1; "text"\n', "x = 1\n"),
            ('def f():\n    """doc"""\n    # x\n', "def f():\n    pass\n"),
            ('def f():\n    r"""doc"""\n    return 1\n', "def f():\n    return 1\n"),
            ('def f():\n    ("a"  # x\n     "b")\n    return 1\n', "def f():\n    return 1\n"),
            ('def f():\n    f"{g()}"\n', 'def f():\n    f"{g()}"\n'),
            ('def f():\n    "a" f"{g()}"\n', 'def f():\n    "a" f"{g()}"\n'),
            ('def f():\n    b"bytes"\n', 'def f():\n    b"bytes"\n'),
            ('def f():\n    "a", "b"\n', 'def f():\n    "a", "b"\n'),
            ('def f():\n    "a".strip()\n', 'def f():\n    "a".strip()\n'),
            ('"one"\n"two"\nx = 1\n', "x = 1\n"),
            ('for x in y:\n    "text"\n', "for x in y:\n    pass\n"),
            ("s = '''\n# no\n\n'''\n", "s = '''\n# no\n\n'''\n"),
        ],
    )
    def test_strings_that_are_statements_go(self, before: str, after: str) -> None:
        assert stripped("python", before) == after

    def test_where_it_does_not_parse_only_docstrings_go(self) -> None:
        broken = 'def f(x):\n    """doc"""\n    # x\n    a = 1\n    "stays"\n    b = = 2\n'
        assert stripped("python", broken) == 'def f(x):\n    a = 1\n    "stays"\n    b = = 2\n'


class TestMeaning:
    """Comments that machines read stay where they are read, and go where they are not."""

    @pytest.mark.parametrize(
        ("language", "code", "kept"),
        [
            ("python", "#!/bin/sh\n# coding: x\npass # type: ignore\n", "#!/bin/sh\n# coding: x\npass\n"),
            ("python", "# a\n# b\n# coding: latin-1\npass\n", "pass\n"),
            ("python", "import a\n# coding: latin-1\n", "import a\n"),
            ("ruby", "# Frozen_String_Literal: true\nx\n", "# Frozen_String_Literal: true\nx\n"),
            ("ruby", "x\n# frozen_string_literal: true\ny\n", "x\ny\n"),
            ("go", "package a\n\n//go:noinline\nfunc f() {}\n", "package a\n\n//go:noinline\nfunc f() {}\n"),
            ("go", 'package a\n\n// x\n\nimport "C"\n', 'package a\n\nimport "C"\n'),
            ("go", 'package a\n\n// x\nimport "fmt"\n', 'package a\n\nimport "fmt"\n'),
            ("typescript", "/// <reference path='a' />\n/// <b>\nx;\n", "/// <reference path='a' />\nx;\n"),
            ("rust", "#![no_std]\n#[test] // x\nfn f() {}\n", "#![no_std]\n#[test]\nfn f() {}\n"),
        ],
    )
    def test_it(self, language: str, code: str, kept: str) -> None:
        assert stripped(language, code) == kept


class TestParts:
    @pytest.mark.parametrize(
        ("language", "code", "expected"),
        [
            ("php", "function f() { return '#'; } // x", "function f() { return '#'; }"),
            ("php", "# x\npublic function f() { return '<?xml'; }\n", "public function f() { return '<?xml'; }\n"),
            ("java", "private A(int x) { y = x; /* c */ }", "private A(int x) { y = x; }"),
            ("javascript", "async f(x) { // c\n}\n", "async f(x) {\n}\n"),
            ("csharp", "public A(int x) { } // c\n", "public A(int x) { }\n"),
            ("kotlin", "constructor(x: Int) : this() { } // c\n", "constructor(x: Int) : this() { }\n"),
        ],
    )
    def test_a_lone_method_or_php_without_its_tag(self, language: str, code: str, expected: str) -> None:
        assert stripped(language, code) == expected
        assert not snippets_module.parse_snippet(code, LANGUAGES[language]).root.has_error

    def test_a_directive_may_end_the_text(self) -> None:
        assert not snippets_module.parse_snippet(
            "class A { }\n#region\n#endregion // c", LANGUAGES["csharp"]
        ).root.has_error

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_what_does_not_parse_loses_its_comments_all_the_same(self, language: str) -> None:
        mark = LANGUAGES[language].line_comment
        assert stripped(language, f"x = ((\n{mark} gone\ny\n") == "x = ((\ny\n"

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("code", ["", "\n", "x", "é = 'ü'\n", "\ud800 // x"])
    def test_no_text_is_too_odd(self, language: str, code: str) -> None:
        assert stripped(language, code) in (code, code.removesuffix(" // x"))

    def test_too_long_or_too_slow_a_text_is_left_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        long = "// x\n" * (MAX_BYTES // 5 + 1)
        assert stripped("java", long) == long
        assert detached("java", long) == (long, "")

        def never(*_: object) -> None:
            raise ParseTimeout

        monkeypatch.setattr(snippets_module, "parse", never)
        assert stripped("java", "// x\n") == "// x\n"
        assert detached("java", "// x\n") == ("// x\n", "")
