"""What each toolchain says of programs: levels, one at a time, in one short line."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import pytest

from synthcode.verification.compiling.compile import Judgement, judge_safely
from synthcode.verification.compiling.compilers import COMPILERS, first_message
from synthcode.vocabulary import Level
from tests.support.programs.compiled_programs import BAD, GOOD, toolchain

OPEN = {
    "typescript": "import { Heap } from 'heap-js';\nfunction f(a: TreeNode): number { return helper(new Heap(a)); }",
    "java": "class A { List<String> f(Foo a) { return a.bar(missing); } }",
    "c": "int f(struct node *n) { return n->size; }",
    "cpp": "std::vector<int> f(Node n) { return n.values; }",
    "go": 'package a\n\nimport "github.com/a/b"\n\nfunc f(n *Node) int { return b.Sum(n.Values) + helper(n) }',
    "csharp": "using Newtonsoft.Json;\nclass A : Base { Node F(Node n) { return helper(n.Next) ?? n?.Missing(); } }",
    "rust": "use serde::Serialize;\nfn f(a: Missing) -> HashMap<i32, i32> { helper(a).into() }",
}
"""Fragments with undeclared names."""
LEVELS: dict[str, tuple[Level, Level]] = {
    "java": ("compiled", "checked"),
    "javascript": ("checked", "checked"),
    "typescript": ("compiled", "checked"),
    "c": ("compiled", "syntax"),
    "cpp": ("compiled", "syntax"),
    "php": ("checked", "checked"),
    "ruby": ("checked", "checked"),
    "go": ("compiled", "checked"),
    "rust": ("compiled", "checked"),
    "csharp": ("compiled", "syntax"),
}
"""What a whole program reaches, and one with a name that it does not define."""
UNDEFINED = {
    "java": "class A { int f(int a) { return helper(a); } }",
    "javascript": "function f(a) { return helper(a); }",
    "typescript": "function f(a: number): number { return helper(a); }",
    "c": "int f(int a) { return helper(a); }",
    "cpp": "int f(int a) { return helper(a); }",
    "php": "function f($a) { return helper($a); }",
    "ruby": "def f(a)\n  helper(a)\nend",
    "go": "package a\n\nfunc f(a int) int { return helper(a) }",
    "rust": "pub fn f(a: i32) -> i32 { helper(a) }",
    "csharp": "static int F(int a) { return Helper(a); }",
}
GO_CASES: dict[str, Level | None] = {
    'package a\nimport ("encoding/json"; "reflect")\nfunc f(s string) string { return s.trim() }': None,
    'package a\nimport "reflect"\nfunc f() int { return 1 }': "checked",
    "package a\nfunc f() { x := 1 }": None,
    "package a\nfunc f() int { }": None,
    "func f( int { return 1 }": None,
    'package a\nimport "math"\nfunc f() int { return math.Max(1, 2) }': None,
    # What a newer version of Go may have:
    'package a\nimport "strings"\nfunc f(s string) string { return strings.Newer(s) }': "checked",
    'package a\nimport "bytes"\nfunc f(b *bytes.Buffer) { b.Newer() }': "checked",
    # What is not of the standard library, wherever it lies:
    'package a\nimport "C"\nfunc f() int { return 1 }': "checked",
    'package a\nimport "../../../etc"\nfunc f() int { return etc.A }': "checked",
    "package main\nfunc f() int { return 1 }": "compiled",
    'import "net/http"\nfunc f() string { return http.MethodGet }': "compiled",
}
LACKING = {
    "csharp": (
        "using Newtonsoft.Json;\nclass A { static int F(int a) { return a; } }",
        "using static Foo.Bar;\nstatic int F(int a) { return a; }",
        "using J = Newtonsoft.Json.JsonConvert;\nclass A { static int F(int a) { return a; } }",
        "extern alias Foo;\nclass A { static int F(int a) { return a; } }",
        "namespace N {\n  using Foo.Bar;\n  class A { static int F(int a) { return a; } }\n}",
    ),
    "java": (
        "import org.foo.Bar;\nclass A { }",
        "import org.foo.*;\nclass A { }",
        "import static org.foo.B.*;\nclass A { }",
    ),
    "typescript": (
        'import "foo";\nexport const f = (a: number): number => a;',
        'import type { Foo } from "foo";\nconst f = (a: number): number => a;',
        'const foo = require("foo");\nconst f = (a: number): number => a;',
        "declare const require: any;\nconst { foo } = require('foo');\nconst f = (a: number): number => a;",
        '// @ts-ignore\nimport { Foo } from "foo";\nconst f = (a: number): number => a;',
        "// @ts-nocheck\nconst f = (a: number): number => foo(a);",
    ),
    "c": ("#include <foo.h>\nint f(int a) { return a; }",),
    "cpp": ("#include <foo.hpp>\nint f(int a) { return a; }", "using namespace foo;\nint f(int a) { return a; }"),
    "go": ('package a\nimport _ "github.com/foo/bar"\nfunc f(a int) int { return a }',),
    "rust": ("use foo::Bar;\npub fn f(a: i32) -> i32 { a }", "extern crate foo;\npub fn f(a: i32) -> i32 { a }"),
}
"""Programs that name a library which is not installed, and do not use it."""
WITHOUT_LIBRARIES = {
    "csharp": "namespace Foo.Bar { class Q { } }\nnamespace N {\n  using Foo.Bar;\n  class A { Q F(Q a) => a; }\n}",
    "typescript": "const f = (a: string): string => a + \"require('foo')\";",
}
DECLARING = (
    "declare const process: { argv: string[] };\nconst f = (): number => process.argv.length;",
    "declare function require(name: string): any;\nconst f = (a: number): number => a;",
    "class Map { size = 1; }\nfunction f(a: Map): number { return a.size; }",
    "const performance = 1;\nfunction escape(a: number): number { return a + performance; }",
)
"""TypeScript that declares global names itself."""
SLOW = ("java", "typescript", "go", "csharp")
"""Languages whose compilers take seconds for all programs here; 'check' on a run has some of them judge in any case."""
MISTYPED = "function f(a: boolean): number { return a + 1; }"
"""A type error, of which TypeScript makes JavaScript all the same."""


def marked(languages: Iterable[str]) -> list[Any]:
    """Return languages as parameters, the slow ones marked."""
    return [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in languages]


@cache
def judged(language: str) -> list[tuple[str, Judgement]]:
    """Judge all programs of a language at once: a compiler may take seconds of the processor to start."""
    codes = [*GOOD[language], UNDEFINED[language], BAD[language][0], *GOOD[language], *LACKING.get(language, ())]
    codes += [table[language] for table in (OPEN, WITHOUT_LIBRARIES) if language in table]
    codes += {"go": list(GO_CASES), "typescript": [*DECLARING, MISTYPED]}.get(language, [])
    return list(zip(codes, judge_safely(codes, toolchain(language)), strict=True))


def judgement(language: str, code: str) -> Judgement:
    """Return what is said of a program, which is the same wherever it stands among the others."""
    (found,) = {one for other, one in judged(language) if other == code}
    return found


def test_every_compiler_is_tried_here() -> None:
    assert set(GOOD) == set(BAD) == set(LEVELS) == set(UNDEFINED) == set(COMPILERS)


@pytest.mark.parametrize("language", marked(COMPILERS))
def test_a_program_reaches_what_its_toolchain_proves(language: str) -> None:
    codes = (GOOD[language][0], UNDEFINED[language], BAD[language][0])
    assert [judgement(language, code).level for code in codes] == [*LEVELS[language], None]


@pytest.mark.parametrize("language", marked(COMPILERS))
def test_programs_are_judged_each_by_itself(language: str) -> None:
    bad, message = BAD[language]
    found = judged(language)[: 2 * len(GOOD[language]) + 2]
    assert [code for code, one in found if one.problem is not None] == [bad]
    problem = str(judgement(language, bad).problem)
    assert message in problem
    assert "/" not in problem


@pytest.mark.parametrize("language", marked(OPEN))
def test_what_a_fragment_leaves_open_is_no_error(language: str) -> None:
    assert judgement(language, OPEN[language]).problem is None


@pytest.mark.slow
def test_types_of_go_programs_are_resolved_with_the_standard_library_only() -> None:
    assert {code: judgement("go", code).level for code in GO_CASES} == GO_CASES


def test_messages_are_one_short_line_that_no_terminal_obeys() -> None:
    log = "0.0.c:3:5: error: unknown \x1b[31mthing\u202e \x00" + "x" * 500
    assert first_message(COMPILERS["c"], log).startswith("unknown [31mthing xxx")
    assert len(first_message(COMPILERS["c"], log)) == 200
    assert first_message(COMPILERS["ruby"], "\n\nnothing like it\n") == "nothing like it"


@pytest.mark.slow
def test_a_type_error_does_not_refuse_what_typescript_makes_javascript_of() -> None:
    assert judgement("typescript", MISTYPED) == Judgement("checked", None)


@pytest.mark.slow
@pytest.mark.parametrize("code", DECLARING)
def test_a_typescript_program_may_declare_global_names_itself(code: str) -> None:
    assert judgement("typescript", code) == Judgement("compiled", None)


@pytest.mark.parametrize("language", marked(LACKING))
def test_a_program_that_names_an_unknown_library_is_not_called_compiled(language: str) -> None:
    for code in LACKING[language]:
        assert judgement(language, code) == Judgement(LEVELS[language][1], None)


@pytest.mark.parametrize("language", marked(WITHOUT_LIBRARIES))
def test_what_only_looks_like_a_library_keeps_no_program_from_being_compiled(language: str) -> None:
    assert judgement(language, WITHOUT_LIBRARIES[language]) == Judgement("compiled", None)
