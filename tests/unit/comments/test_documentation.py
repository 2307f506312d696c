from __future__ import annotations

import pytest

from synthcode.comments import detach_documentation
from synthcode.languages import LANGUAGES


def detached(language: str, code: str) -> tuple[str, str]:
    return detach_documentation(code, LANGUAGES[language])


class TestDocumentation:
    def test_python(self) -> None:
        code = '''\
#!/usr/bin/env python
# Head.
"""Module\\tdoc."""
import os

# About f,
# in two lines.
@decorate
def f():
    """Doc \\\\d.

    More:
        indented.
    """
    # inline
    "and more"
    return "text"
'''
        left, text = detached("python", code)
        assert left == ('#!/usr/bin/env python\nimport os\n\n@decorate\ndef f():\n    # inline\n    return "text"\n')
        assert text == (
            "Head.\n\nModule  doc.\n\nAbout f,\nin two lines.\n\nDoc \\d.\n\nMore:\n    indented.\n\nand more"
        )

    def test_a_string_that_is_a_comment_stays_inline(self) -> None:
        code = "def f():\n    x = 1\n    'comment'\n    return x\n"
        assert detached("python", code) == (code, "")

    def test_java(self) -> None:
        code = """\
// License
package a; // p

/**
 * Doc of the class.
 *
 * <p>More.
 */
@Deprecated
class A { // in
    /* About f. */
    @Override
    public int f() {
        // inline
        int x = 1; /* trailing */
        return x;
    }
    // a field
    int y;
    // the end
}
"""
        left, text = detached("java", code)
        for stays in ("// p", "// in", "// inline", "/* trailing */", "// a field", "// the end"):
            assert stays in left
        for goes in ("License", "Doc of", "About f"):
            assert goes not in left
        assert text == "License\n\nDoc of the class.\n\n<p>More.\n\nAbout f."

    @pytest.mark.parametrize(
        ("language", "before", "comment", "definition", "text"),
        [
            ("c", "", "/* Head. */\n", "int *f(int a);\n", "Head."),
            ("c", "int a;\n\n", "/* A. */\n", "struct s *f(void) { }\n", "A."),
            ("c", "int a;\n", "// A\n", "struct s { int b; };\n", "A"),
            ("cpp", "int a;\n", "//! T.\n", "template <class T> T f(T x) { }\n", "T."),
            ("go", "package a\n\n", "// F does.\n", "func F() {}\n", "F does."),
            ("rust", "", "//! In.\n", "use a;\n", "In."),
            ("rust", "use a;\n", "/// One\n///\n/// two\n", "#[test]\n#[x]\nfn f() {}\n", "One\n\ntwo"),
            ("rust", "use a;\n#[x]\n", "// y\n", "pub struct A;\n", "y"),
            ("ruby", "x\n", "##\n# Does *it*\n#\n#   code\n", "def f; end\n", "Does *it*\n\n  code"),
            ("ruby", "x\n", "=begin\nBlock\n=end\n", "class A; end\n", "Block"),
            ("ruby", "x\n", "# P\n", "private def f; end\n", "P"),
            ("php", "<?php\n$a = 1;\n", "# Hash\n", "#[A]\nfunction f() {}\n", "Hash"),
            ("php", "", "/** Lone. */\n", "public function f() {}", "Lone."),
            ("javascript", "a;\n", "/** A. */\n", "export const f = () => 1;\n", "A."),
            ("javascript", "a;\n", "// P\n", "A.prototype.f = function () {};\n", "P"),
            ("typescript", "class A {\n", "  /** D */\n", "  @dec()\n  f() {}\n}\n", "D"),
            ("kotlin", "val a = 1\n", "/** Says. */\n", "fun f() {}\n", "Says."),
        ],
    )
    def test_what_stands_before_a_definition_is_documentation(
        self, language: str, before: str, comment: str, definition: str, text: str
    ) -> None:
        assert detached(language, before + comment + definition) == (before + definition, text)

    @pytest.mark.parametrize(
        ("language", "code"),
        [
            ("c", "int a;\n// x\nstruct s *p;\n"),
            ("javascript", "a;\n// x\nf(() => 1);\n"),
            ("java", "class A {\n  int a; // x\n  int f() { return 1; }\n}\n"),
            ("ruby", "x\n# x\ny\n"),
        ],
    )
    def test_what_stands_before_other_things_is_not(self, language: str, code: str) -> None:
        assert detached(language, code) == (code, "")

    def test_the_tags_of_csharp_become_words(self) -> None:
        code = """\
/// <summary>
/// Adds <paramref name="a"/> to <see cref="B"/>, if a &lt; 1.
/// </summary>
/// <param name="a">the first</param>
public int F(int a) { return a; /* in */ }
"""
        left, text = detached("csharp", code)
        assert left == "public int F(int a) { return a; /* in */ }\n"
        assert text == "Adds a to B, if a < 1.\n\na: the first"

    def test_a_list_in_a_block_without_a_column_of_stars_keeps_its_bullets(self) -> None:
        code = "/* Does:\n   * one\n   two */\nfunction f() {}\n"
        assert detached("javascript", code)[1] == "Does:\n* one\ntwo"

    def test_bullets_in_a_column_of_stars_stay_too(self) -> None:
        code = "/**\n * Does:\n *  * one\n * two\n **/\nfunction f() {}\n"
        assert detached("javascript", code)[1] == "Does:\n * one\ntwo"

    @pytest.mark.parametrize("comment", ["// a\n\n// b\n", "/* a */\n/* b */\n", "/* a */\n// b\n"])
    def test_blank_lines_and_blocks_part_paragraphs(self, comment: str) -> None:
        assert detached("java", f"{comment}class A {{ }}\n") == ("class A { }\n", "a\n\nb")

    def test_no_documentation_is_no_text(self) -> None:
        assert detached("go", "package a\n") == ("package a\n", "")
