"""Programs that each toolchain takes or refuses, and the toolchains of this machine."""

from __future__ import annotations

import pytest

from synthcode.verification.compiling.compile import SECONDS, Toolchain, judge_safely
from synthcode.verification.compiling.controls import examine
from synthcode.verification.sandboxes.sandbox import why_no_sandbox

GOOD = {
    "java": ["class A { int f(int a) { return a; } }", "int f(int a) { return a; }", "public class B { }"],
    "javascript": [
        "function f(a) { return a; }",
        "import fs from 'fs';\nexport const f = 1;",
        "#!/usr/bin/env node\nf()",
    ],
    "typescript": [
        "export const f = <T>(all: T[]): Map<T, number> => new Map(all.map((one, place) => [one, place]));",
        "private f(a: number[]): number { return a.length; }",
        "function f(a) { console.log(a ?? process.argv); const module = { a }; return module.a.anything; }",
    ],
    "c": ["int f(int a) { return a; }"],
    "cpp": ["auto f(auto a) { return a + 1; }"],
    "php": ["<?php\nfunction f($a) { return $a; }", "function f($a) { return $a; }", "<?\nfunction f() { }"],
    "ruby": ["def f(a)\n  a\nend"],
    "go": [
        'package a\n\nimport "strings"\n\nfunc f(s string) string { return strings.ToUpper(s) }',
        "func f() int { return 1 }",
        "a := []int{1}\nfor i := range a {\n\ta[i]++\n}",
    ],
    "rust": ["fn f(a: i32) -> i32 { a }"],
    "csharp": [
        "class A { int F(int a) { return a; } }",
        "public static List<int> F(int[] a) => a.Where(x => x > 0).ToList();",
        "using System.Linq;\nusing D = System.Collections.Generic.Dictionary<string, int>;\nnamespace A.B;\n"
        "public class C { public D F() { return new D(); } }",
    ],
}
BAD = {
    "typescript": ("let a: number = 1; let a: number = 2;", "Cannot redeclare block-scoped variable 'a'."),
    "java": ('class A { int f() { return "x"; } }', "incompatible types: java.lang.String cannot be converted to int"),
    "javascript": (
        "function f() { const a = 1; const a = 2; }",
        "SyntaxError: Identifier 'a' has already been declared",
    ),
    "c": ("int f(void) { int a = 1; int a = 2; return a; }", "redefinition of"),
    "cpp": ("int f() { const int a = 1; a = 2; return a; }", "assignment of read-only variable"),
    "php": ("function f() { break; }", "'break' not in the 'loop' or 'switch' context on line 1"),
    "ruby": ("def f\n  yield = 1\nend", "syntax error, unexpected '='"),
    "go": ("func f(s string) string { return s.trim() }", "s.trim undefined (type string has no field or method trim)"),
    "csharp": (
        'class A { int F(int a) { string a1 = a; return "/"; } }',
        "Cannot implicitly convert type `int' to `string'",
    ),
    "rust": ('fn f() -> i32 { "x" }', "mismatched types: expected `i32`, found `&str`"),
}


def toolchain(language: str) -> Toolchain:
    if why_no_sandbox() is not None:
        pytest.skip(f"needs a sandbox: {why_no_sandbox()}")
    found = examine(language)
    if found.toolchain is None:
        assert not found.broken, found.problem
        pytest.skip(f"needs a compiler or interpreter: {found.problem}")
    return found.toolchain


def refusals(codes: list[str], compiler: Toolchain, seconds: int = SECONDS) -> list[str | None]:
    """Return why each program is refused; None if it is not."""
    return [judgement.problem for judgement in judge_safely(codes, compiler, seconds)]
