from __future__ import annotations

import pytest

from synthcode.dataset.variants import find_entry_point
from synthcode.languages import LANGUAGES


def found(language: str, code: str, entry_point: str | None = None) -> str | None:
    return find_entry_point(code, LANGUAGES[language], entry_point)


class TestFindingTheEntryPoint:
    @pytest.mark.parametrize(
        ("language", "code", "expected"),
        [
            ("python", "def helper(): pass\ndef remove_occ(s): pass\ndef last(): pass\n", "remove_occ"),
            ("java", "class A { void a() {} int removeOcc() { return 1; } void z() {} }", "removeOcc"),
            ("csharp", "class A { int RemoveOcc() { return 1; } void Z() {} }", "RemoveOcc"),
            ("kotlin", "fun removeOcc(s: String) = s\nfun main() {}\n", "removeOcc"),
            ("go", "package a\nfunc RemoveOcc() {}\nfunc z() {}\n", "RemoveOcc"),
            ("php", "<?php function remove_Occ() {} function z() {}", "remove_Occ"),
            ("ruby", "def remove_occ?(s) = s\ndef z; end\n", "remove_occ?"),
            ("javascript", "const removeOcc = (s) => s;\nfunction z() {}\n", "removeOcc"),
            ("javascript", "exports.removeOcc = function (s) {};\nfunction z() {}\n", "removeOcc"),
            ("typescript", "const a = { removeOcc: function () {} };\nfunction z() {}\n", "removeOcc"),
            ("c", "static char **remove_occ(char *s) { }\nint z(void) { }\n", "remove_occ"),
            ("cpp", "int &S::removeOcc(int &x) { }\nint z() { }\n", "removeOcc"),
            ("rust", "impl S { pub fn remove_occ(&self) {} }\nfn z() {}\n", "remove_occ"),
        ],
    )
    def test_names_are_written_as_the_language_has_it(self, language: str, code: str, expected: str) -> None:
        assert found(language, code, "remove_Occ") == expected

    def test_a_qualified_name_is_looked_for_by_its_last_part(self) -> None:
        assert found("java", "class A { void f() {} void g() {} }", "A.f") == "f"

    def test_the_very_name_is_preferred_to_others_that_are_alike(self) -> None:
        assert found("python", "def f_g(): pass\ndef fg(): pass\n", "f_g") == "f_g"

    @pytest.mark.parametrize("entry_point", [None, "other"])
    @pytest.mark.parametrize(
        ("language", "code", "expected"),
        [
            ("python", "def only(): pass\n", "only"),
            ("python", "def a(): pass\ndef b(): return a()\ndef c(): return a() + c()\n", "c"),
            ("python", "def public():\n    return helper()\ndef helper(): pass\n", "public"),
            ("python", "def public():\n    def inner(): pass\n    return 1\n", "public"),
            ("python", "class A:\n    def f(self): pass\n    def __init__(self): pass\n", "f"),
            ("python", "def f(): pass\ndef main(): f()\n", "f"),
            ("python", "def f(): pass\ndef g(): pass\ndef main(): g()\n", "g"),
            ("python", "def f(): pass\ndef main():\n    def g(): pass\n    f()\n", "f"),
            ("python", "def main(): pass\n", "main"),
            ("python", "x = 1\n", None),
            ("java", "class A { int f() { return 1; } A() { } }", "f"),
            ("java", "class A { int f() { return g(); } int g() { return f(); } }", "g"),
            ("cpp", "class A { int f() { } A() { } };\nA::A(int x) { }\n", "f"),
            ("csharp", "class A { int F() { return 1; } static void Main() { F(); } }", "F"),
            ("php", "class A { function f() {} function __construct() {} }", "f"),
            ("javascript", "class A { f() {} constructor() {} #g() {} }", "f"),
            ("ruby", "class A\n  def f; end\n  def initialize; end\nend\n", "f"),
        ],
    )
    def test_else_it_is_the_public_function(
        self, language: str, code: str, expected: str | None, entry_point: str | None
    ) -> None:
        assert found(language, code, entry_point) == expected

    def test_where_no_function_is_seen_the_name_alone_is_enough(self) -> None:
        assert found("kotlin", "val removeOcc = { x: Int -> x }\nfun main() {}\n", "remove_occ") == "removeOcc"
        assert found("kotlin", "fun removeOcc(x: Int): Int {\n    if (", "remove_occ") == "removeOcc"
        assert found("kotlin", "fun main() {}\n", "remove_occ") == "main"

    def test_a_function_whose_name_is_missing_is_none(self) -> None:
        assert found("java", "class A { int (int a) { } }") is None
