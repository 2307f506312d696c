"""Names that a library gives stay as they are where the entry point has the same name; a program's own are renamed."""

from __future__ import annotations

import pytest

from synthcode.dataset.variants import anonymise
from synthcode.languages import LANGUAGES

FOREIGN_NAMES = [
    (
        "csharp",
        "ToString",
        'class P { public override string ToString() => "p"; }\n'
        "class Q { static string {}(P p) { return p.ToString(); } }\n",
    ),
    ("kotlin", "toString", 'class P { override fun toString() = "p" }\nfun {}(p: P) = p.toString()\n'),
    (
        "kotlin",
        "compareTo",
        "class P(val v: Int) : Comparable<P> {\n    override fun compareTo(other: P) = v - other.v\n}\n"
        "fun {}(a: P, b: P) = a.compareTo(b)\n",
    ),
    (
        "java",
        "compareTo",
        "class P implements Comparable<P> {\n    public int compareTo(P o) { return 0; }\n"
        "    static int {}(int a, int b) { return a - b; }\n}\n",
    ),
    (
        "csharp",
        "CompareTo",
        "class P : IComparable<P> {\n    public int CompareTo(P o) => 0;\n    static int {}(int a) => a;\n}\n",
    ),
    (
        "php",
        "count",
        "<?php\nclass L implements Countable { function count(): int { return 1; } }\n"
        "class A { static function {}($x) { return self::{}($x); } }\n",
    ),
    (
        "go",
        "Len",
        'package main\n\nimport "sort"\n\ntype L []int\n\nfunc (l L) Len() int { return len(l) }\n'
        "func {}(x L) int { sort.Sort(x); return x.Len() }\n",
    ),
    (
        "rust",
        "next",
        "impl Iterator for C { fn next(&mut self) -> Option<u32> { None } }\nfn {}(mut c: C) { c.next(); }\n",
    ),
    ("rust", "fmt", "use std::fmt;\nfn {}(x: i32) -> fmt::Result { {}(x) }\n"),
    (
        "cpp",
        "what",
        'struct E : std::exception { const char* what() const noexcept override { return ""; } };\n'
        "int {}(int x) { E e; e.what(); return x; }\n",
    ),
    (
        "ruby",
        "each",
        "class L\n  include Enumerable\n  def each\n    yield 1\n  end\nend\n",
    ),
    ("rust", "total", "fn {}(x: i32) -> S { let {} = x; S { total: {} } }\n"),
    ("javascript", "total", "class A { constructor() { this.total = 1; } }\nfunction {}(x) { return x.total; }\n"),
]


@pytest.mark.parametrize(("language", "name", "program"), FOREIGN_NAMES)
def test_a_name_that_a_library_gives_stays(language: str, name: str, program: str) -> None:
    """Renamed, the program would no longer compile, or do something else."""
    assert anonymise(program.replace("{}", name), LANGUAGES[language], name) == program.replace("{}", "f")


@pytest.mark.parametrize(
    ("language", "program"),
    [
        ("csharp", "class S { public int {}; }\nclass A { int {}(S s) { s = new S { {} = 1 }; return s.{}; } }\n"),
        ("csharp", "class S { public int {} { get; set; } }\nclass A { static int {}(S s) => s.{} + a.total(); }\n"),
        ("kotlin", "data class S(val {}: Int)\nfun {}(a: Int) = S({} = a).{} + listOf(a).total()\n"),
        ("kotlin", "class S { var {}: Int = 0 }\nfun {}(s: S) = s.{}\n"),
        ("java", "class A {\n    int {};\n    static int {}(A a) { return a.{} + list.total(); }\n}\n"),
        ("php", "<?php\nclass S { public ${} = 1; }\nfunction {}($s) { return $s->{}; }\n"),
        ("php", "<?php\nclass S { function __construct(public int ${}) {} }\nfunction {}($s) { return $s->{}; }\n"),
        ("python", "class S:\n    {}: int\n\ndef {}(x):\n    return S({}=x).{}\n"),
        ("python", "def g({}):\n    return {}\n\ndef {}(x):\n    return g({}=x)\n"),
        ("rust", "struct T;\nfn {}(x: i32) -> i32 { {}(x) }\n"),
    ],
)
def test_a_field_or_parameter_of_that_name_is_renamed_wherever_it_is_used(language: str, program: str) -> None:
    assert anonymise(program.replace("{}", "total"), LANGUAGES[language], "total") == program.replace("{}", "f")


@pytest.mark.parametrize("kind", ["&dyn Shape", "&'a dyn Shape", "impl Shape", "Box<dyn Shape>", "&mut Square"])
def test_calls_of_a_trait_of_the_program_are_renamed_with_it(kind: str) -> None:
    code = (
        "trait Shape { fn area(&self) -> f64; }\nstruct Square(f64);\n"
        f"impl Shape for Square {{ fn area(&self) -> f64 {{ self.0 }} }}\nfn area(s: {kind}) -> f64 {{ s.area() }}\n"
    )
    assert anonymise(code, LANGUAGES["rust"], "area") == code.replace("area", "f")
