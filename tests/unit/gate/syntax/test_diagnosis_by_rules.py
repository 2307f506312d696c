"""Fragments that a language takes, and fragments that only its grammar takes: each rule has an example."""

from __future__ import annotations

import pytest

from synthcode.gate.syntax.diagnosis import diagnose
from synthcode.languages import get_language
from synthcode.languages.rules import RULES
from tests.support.programs import c_texts, compiler_texts
from tests.support.programs.syntax_corpus import syntax_cases

SOUND = {
    "python": ["print('x')", "add = lambda a, b: a + b"],
    "java": [
        "@Override\npublic int f() { List<String> x = new ArrayList<>(); g(); x.size(); i++; new A(); return 1; }",
        "record P(int x) { P { } }\nclass Q { Q() { } <T> Q(T t) { } enum E { A; E() { } } }",
        "class A { void f() { outer: for (;;) { break outer; } } }",
        "int f(Object o) { return switch (o) { case R _, S _ -> 1; case P(_), Q(_) -> 2; default -> 3; }; }",
        "void f() { (x) = 1; (a[0]) = 2; }",
    ],
    "javascript": [
        "(function (a) { return a; })()",
        "import a, { b as c } from 'x'; import * as d from 'y'; import 'z'; function b(a) { let c; }",
        "const f = async => async; const g = async (x) => await x;",
        "export default function () {}",
        "const re = /^[^/(]\\/(?:[a-z]{2,})*\\]$/gi;",
        "[a.b, c] = [1, 2]; a.b++; (a = b) && c; f(...x, 1,);",
        "const s = `é → …`; // …\nconst naïve = 1;",
    ],
    "typescript": [
        "let x: Array<Array<number>> = []; for (let i = 0; i < 1; i++) {}",
        "/** A comment. */\nconst",
        "let using = 1; using = 2; using.x = 3; f(using); abstract = 6; class A { abstract: number; accessor = 1 }",
        "const f = async => async; f(async, async => { return async + 1; }); const g = async async => async;",
        "const re = String.raw`\\d\\x` + `a${b}`;\nimport defer * as ns from 'x';",
        "const m = new Map<number, [symbol: Symbol, string?: string]>();",
    ],
    "go": [
        "func f(a, b int, c ...string) (x int, err error) { return }",
        "type T struct{ a, b int }\nvar x int\nvar y = 1\nfunc (t *T) f(int, string) { *t = T{\n\t1,\n\t2,\n}\n}",
        'import m "math"\nfunc f() { for i, x := range y { g("\\n\\x00\\u00e9", (1 +\n\t2)) } }',
        'const (A = iota; B; C)\nvar (x, y int = 1, g((2)); z = ")")\nfunc f() { const (D = 1); var (e int) }',
    ],
    "php": [
        "function f($x) { return $x; }",
        "<?= $x ?>\n",
        "<?php foreach ($a as $k => [$x, $y]) { f(); }\n?>\nText after the code.\n",
        "function f() { (void) g(); }\nfunction readonly() {}",
    ],
    "ruby": [
        'raise ArgumentError.new "x" unless y.is_a? Integer',
        "return *a * 2 if x\nreturn -x",
        "def f\n  a\nrescue B\n  c\nelse\n  d\nend",
        "x.select { |y| y.end == (1..2).begin }.then { |z| [z, f(z)] }",
        'private def g = %r{a(b}\nputs "#{a}" =~ /[a-z&&[^x]](\\d+)[]]/i\nexpect(a).to eq b',
        "def f\n  A::B ||= 1\n  self::C += 2\nend",
    ],
    "c": [
        "#include <stdio.h>\n#define MAX(a, b) ((a) > (b) ? (a) : (b))\n#pragma once\nstruct s { int x; };",
        "void f(void) { auto x = 1; const auto *p = &x; goto end; end: }",
        "struct s { unsigned : 0; int : 3; int b : 2; };\n_Thread_local int x;\n_Atomic(int) y;\n_Atomic(char *) z;",
        "typedef int (*f)(int);\nint g(void);\nint h(int, char *s) { return (int)s[0]; }\nMODULE(x);",
        "enum E : unsigned char { A };\n[[nodiscard]] int f(void) { _BitInt(7) a = 1wb; double _Complex c; return a; }",
    ],
    "cpp": [
        "template <class... Ts> struct over : Ts... { using Ts::operator()...; };",
        'struct A { A(K k = {}, std::vector<int> v = {1, 2}) {} void f(A a = {}) const; A(A&&) = delete("why"); };',
        "void f() { int A::* m = &A::x; a = {}; g(b = {}, 1); goto end; end: }",
        "using namespace std;\nusing std::vector;\nusing T = int;\nA::A(int x) : y(x) {}\nA::~A() {}",
        "auto f = [](int x) { return a[x] + b[1]; };\nstruct S { S(); operator int() { return 1; } };",
        "using std::vector, std::string;\n[[deprecated]] typedef int T;",
        "struct [[nodiscard]] S { int a : 3 = 1; unsigned : 0; int b : 2 {1}; };",
        "template <class... T> using F = T...[0];\nauto g = [] static { };",
        "void f() { switch (x) { case 1 ... 5: break; } }",
    ],
    "csharp": [
        "public static int F(int x) { return x; }",
        "int F(int[] x) => x switch { [.., var y] when y > 2 => y, [.., 3] => 3, [1, var z] when z < 2 => z, _ => 0 };",
        "bool F(int[] x) => x is [.., int b] or [ .. , > 1 and < 5];",
        "class A { A() {} ~A() {} int F(int x) { Func<int, int> f = (y) => y; a = b = 1; return f(x); } }",
        "void F() { G(ref d, 1) = (byte)x; var partial = 1; partial += 2; int nint = 1; required++; }",
        "void F() { var async = 1 + async * 2; }",
        "int F() { var with = 3; nint a = with + 1; var p = q with { X = 1 }; return with; }",
    ],
    "rust": [
        'foo!(a);\nbar! { a }\n#[test]\nfn f() { println!("x"); vec![1] }',
        'impl<T> A for B<T> { fn f(&self) -> &\'static str { r#"("# } }',
        'fn f() { S { x, .. } = s; (S { y, .. }, z) = t; g("a\n```\nb"); }',
    ],
    "kotlin": [
        "package a\nimport b.c\nval x: Int get() = 1\ntypealias T = Int\nfun f(vararg x: Int) = g(*x) + -1",
        "fun f(a: List<Int>): Int {\n    val b = a[0] +\n        2 * 3\n    return (b) shl 1\n}",
        "fun f(r: Int): Int {\n    if (r)\n        return 6;\n    else if (s)\n        return 3;\n    return 0\n}",
        "fun f() { g(); if (a) h() else i(); while (b) j() }",
        "import a.b;\nfun f() = 1;\nval x = 2; val y = 3;\nclass A { };",
        "fun f(a: A) { a.(g)(1)\n a?.(g)(2)\n a. { it }.size }",
        "fun f() { m.getOrPut(k) { 0 } += 1; a[0]!! += 2; l@ a = 3; (b) = 4; this.c = Array<Any>::class.java }",
        "fun f() { `if` = a.`in` + x.by.get.operator; if (a) b = 1 else c = 2 }",
        "fun f(suspend: Int, dynamic: Int) { var suspend = dynamic; suspend -= 1; g(suspend = 1); h.suspend() }",
        "val dynamic = 1\nfun suspend() = dynamic\nsuspend fun f(g: suspend () -> Unit) = h(suspend { g() })",
        "fun f() { val g = { (a, b): Pair<Int, Int> -> a + b }; g(p) }",
        '@A("x") fun f() {}\n@get:JvmName("g") val z: Int = 1',
    ],
}

REFUSED = {
    "java": [
        "int x = 1;\nx++;\n",
        "function f(int x) { return x; }",
        "class A { void f() { let x = 1; } }",
        "class A { int f(int a) { a + 1; return a; } }",
        "class A { void f() { x: int y = 1; } }",
        "class A { void f(List<> x) { } }",
        "class A { void f(Map<String, List<>> x) { } }",
        "class A { public static f(int x) { return x; } }",
        "record A(int x) { f() { } }",
    ],
    "javascript": [
        "import { a } from 'x';\nimport { b as a } from 'y';",
        "import { a } from 'x';\nconst a = 1;",
        "function (a) { return a; }",
        "class { f() {} }",
        "function (a) { return a; }()",
        "function f() { return 1; }\n> quoted",
        "if (a && b = c) {}",
        "!a = 1;",
        "---\nx;",
        "x.sort((a, b) = a - b);",
        "[a]++;",
        "f(, 1);",
        "f(1, , 2);",
        "Explanation:\nconst x = 1;",
        "x = /(a[b-d]/g;",
        "x = /a)/;",
        "x = /[a-z/;",
        "x = /(?[a])/;",
        "function f() { … }",
        "const x\u200b= 1;",
    ],
    "typescript": [
        "for (let = 0; x < 1; x++) {}",
        "function (a: number) { return a; }",
        "f(, 1);",
        "a || b = c;",
        "a: let b;",
        "x = -a ** 2;",
    ],
    "go": [
        "main\n\nfunc f() {}",
        "func f(a int, b) int { return a }",
        "func f([]int, b int) int { return b }",
        "func f() { var x }",
        "func f() {\n\tvar x\n\tx = 1\n}",
        "func f() { a[0] := 1 }",
        "func f() { -a = 1 }",
        'import (\n\tExplanation\n\t"math"\n)',
        "func f() { for a, b, c := range d {} }",
        "func f() { x(a < && b) }",
        'func f() { g("\\s") }',
        "func f() {\n\tg(\n\t\t1,\n\t\t2\n\t)\n}",
        "func f() {\n\tx := []int{\n\t\t1\n\t}\n}",
    ],
    "php": [
        "This is not PHP.",
        "Here it is:\n<?php\nf();\n",
        "<?php foreach ($a as b) {}",
        "<?php foreach ($a as $k => b) {}",
        "<?php foreach ($a as $k > $b) {}",
    ],
    "ruby": [
        "Here is the method that you asked for\n",
        "f(a, b c)",
        "[a b, c]",
        "x = 2  r",
        "def f\n  x\nend\nend\n",
        "def f(x) x < then end",
        "if  not in x\nend",
        "@a 'x'",
        "def f(x) return .count(x) end",
        "def f(x) return == 2 end",
        "def f(x) return == 2 ? 1 : 0 end",
        "a == b == c",
        "a == b | c == d",
        "def f(x)\n  return 1 if x else 2\nend",
        "x.gsub(/a/g, 'b')",
        "x.match(/a(b[0-9/)",
        "def f(x) return ? 1 : 0 end",
    ],
    "c": [
        "function f(int x) { return 1; }",
        "let x = 1;",
        "# Heading\nint x;\n",
        "int x;\nfoo\n;",
        "if (x) { }",
        "int f(a, int b) { return b; }",
        "int f() { return int(1); }",
        "class A { int x; };",
        "int f(void) { vector<T> v; return (int < 3); }",
        "int f(int a) { return a < int; }",
        'char *s = f"{x}";',
    ],
    "cpp": [
        "function f(int x) { return 1; }",
        "fn x = 1;",
        "# Heading\nint x;\n",
        "x = 1;",
        "while (x) { }",
        "using std;",
        "int f() { return a[]; }",
        "f(int x) { return x; }",
        "int f() { int g(int x) { return x; } return g(1); }",
        "vector<int> (vector<int> x) { return x; }",
    ],
    "csharp": [
        "function F(int x) { return x; }",
        "class A { def F(int x) { return x; } }",
        "class A { public static F(int x) { return x; } }",
        "struct A { F() { } }",
        "record A { F() { } }",
        "class A { int F(int x, y) { return x; } }",
        "class A { A(x) { } }",
        "int F(x) { return 1; }",
        "class A { bool F(int a) { return a == 1 || a = 2; } }",
    ],
    "rust": [
        "let x = 1;",
        "add(1, 2);",
        "foo!(a)\n",
        "fn f() { foo!(a) bar(b); }",
    ],
    "kotlin": [
        "println(1)",
        "fu",
        "fun f(x: let) {}",
        "fun f() { x[] = 1 }",
        "fun f() { x = 2 *  * y }",
        "fun f() { g(2  * 3, 4 5 * 6) }",
        "fun f() { x = y  z * 2 }",
        "fun f() { val x =  * y }",
        "fun f() { return ( * y) }",
        "fun f() {\n    x = y\n    * z\n}",
        "fun f() { (a == b) return 1 }",
        "fun f() { val a  b }",
        "/**\n * Doc.\n */\nfun f() {\n    x = y // z\n    /* c */\n    * z\n}",
        "/* Doc.\n * c */ fun f() {\n    x = y\n    <= z\n}",
        "fun f(x: Int) { x + 1 = 2 }",
        "fun f(x: Int): Boolean { return x > 0 || x = 1 }",
        "fun f(x: List<Int>) = x.filter { it % 2 = 0 }",
        "fun f(a: Int?) { a!! = 3; g() = 4 }",
        "fun f(n: Int): Int {\n    This function returns the result.\n    if (n == 0) return 0\n    return 1\n}",
        "fun f() = it.map { it.() }",
        "fun f() = 1;;\nfun g() = 2",
        "fun f() { }\n| a | b |\n",
    ],
}


@pytest.mark.parametrize(("language", "code"), [(name, code) for name, codes in SOUND.items() for code in codes])
def test_what_is_sound_passes(language: str, code: str) -> None:
    assert diagnose(code, get_language(language)) is None


@pytest.mark.parametrize(("language", "code"), [(name, code) for name, codes in REFUSED.items() for code in codes])
def test_what_a_grammar_lets_through_and_the_language_does_not(language: str, code: str) -> None:
    rejection = diagnose(code, get_language(language))
    assert rejection is not None
    assert rejection.reason == "syntax_error"


@pytest.mark.parametrize("language", RULES)
def test_every_rule_is_met_by_an_example(language: str) -> None:
    examples = [
        *REFUSED.get(language, []),
        *c_texts.REFUSED.get(language, []),
        *compiler_texts.REFUSED.get(language, []),
        *(case.text for case in syntax_cases() if case.language == language),
    ]
    diagnoses = [diagnose(code, get_language(language)) for code in examples]
    details = {rejection.detail.split(": ", 1)[1] for rejection in diagnoses if rejection is not None}
    assert {refusal.why for refusal in RULES[language].refused} <= details
