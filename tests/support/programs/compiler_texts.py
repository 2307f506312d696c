"""Texts of which a compiler's verdict is known: what it refuses after parsing, and what only looks like that."""

from __future__ import annotations

SOUND: dict[str, list[str]] = {
    "go": [
        "func f() {\nouter:\n\tfor {\n\t\tselect {\n\t\tdefault:\n\t\t\tbreak outer\n\t\t}\n\t}\n}",
        "func f(x int) { switch { case x > 1: fallthrough // on\n// and on\ncase x > 1: default: } }",
        'func f(x any) { switch x { case 1, "1", 1.0: case y: case y: } }\nvar m = map[int]T{a: {B: 1}, a: {B: 1}}',
        "func f(x int) (err error) { y, err := g(); { y := y; _ = y }; return }\nfunc g() (int, error) { for {} }",
        (
            "func f(x int) int { switch { case x > 1: (panic(x))\ndefault: if x > 0 { return 1 } else { goto e } "
            "}; e: for {} }"
        ),
        "func f() { x, ok := m[1]; y, ok := <-c; z, ok := v.(int); a, b, _ := g(); func() int { return 1 }() }",
        ('import "fmt"\nimport f "fmt"\nfunc init() {}\nfunc init() {}\nfunc (t T) x() {}\nvar x, _ = 1, 2\nvar _ = 3'),
    ],
    "java": [
        (
            "class A { int x; void f(int y) { for (int i = 0; i < y; i++) { } for (int i : z) { } { int x = 1; } "
            "int i = 2; } }"
        ),
        (
            "class A { void f(int x) { new B() { void f(int x) { int y = x; } }; class C { int x; } g((a, b) -> "
            "a, a -> a); } }"
        ),
        "class A { void f() { try (R r = g()) { } catch (E r) { int e; } catch (F e) { } finally { int r = 1; } } }",
        "class A { void f(Object o) { if (o instanceof B b) { } else if (o instanceof C b) { } B b = null; } }",
        (
            "class A { int f(int k) { switch (k) { case 1: { int x = 1; break; } case 2: int x = 2; } while "
            "(true) { } } }"
        ),
        (
            "class A { int f() { try { return 1; } catch (E e) { throw e; } } int g() { synchronized (this) { "
            "return 1; } } }"
        ),
        ("class A { void f() { g(() -> { return 1; }); return; } int g() { if (x) { return 1; } else { throw e; } } }"),
        (
            "class A { int f(Object o) { return switch (o) { case B b when b.x() -> 1; case B b -> 2; default -> "
            "3; }; } }"
        ),
        "int x = 1;\nint f(int x) { return x; }",
    ],
    "csharp": [
        (
            "class A { int f(int await) { await++; x = await > 1 && await ? await : -await; return g(await, "
            "await[0]) + await; } }"
        ),
        (
            "class A { void f(bool and, int or) { int await = 1, not = or; await = or + 1; h = await => await.G; "
            "} A and; }"
        ),
        (
            "class A { int x; void f(int y) { for (int i = 0; ; ) { } foreach (var i in z) { } { int x = 1; } } "
            "int P { get { int x; } } }"
        ),
        (
            "class A { void f(int x) { Func<int, int> g = x => { int y = x; return y; }; int h(int x) { return "
            "x; } int y; } }"
        ),
        (
            "class A { void f(object o) { if (o is B b) { } g(out var n); h(m * n); try { } catch (E e) { } "
            "catch (F e) { } } }"
        ),
        "class A { int f() { while (true) { } } IEnumerable<int> g() { foreach (var x in y) { yield return x; } } }",
        (
            "class A { async Task f() { await g(); } int h() { try { return 1; } finally { i(); } } int j() { "
            "lock (x) { return 1; } } }"
        ),
        (
            "class A { protected internal int x; private protected int y; unsafe struct S { fixed int z[3]; } "
            "I.P P; int I.P => 1; }"
        ),
        (
            "class A { void f() { int @class = 1; int[] a = new int[3]; switch (x) { case int i when i > 1: case "
            "int i: break; } } }"
        ),
    ],
    "kotlin": [
        (
            "class A(val x: Int) { init { println(x) } }\nclass B { constructor(x: Int) { } }\nclass C { "
            "companion object { } }"
        ),
        "enum class E(val x: Int) { A(1), B(2) { fun g() = 1 }; fun f() = x }\nprivate enum class F { A, B }",
        (
            "val x get() = 1\nclass A { val y\n    get() = 1\n    val z by lazy { 1 }\n    lateinit var w: B "
            "}\nval Int.v get() = 1"
        ),
        "fun f() { val x: Int; x = 1; val (a, b) = c; for ((d, e) in g) { } }",
        "fun f(x: Int) = when (x) { 1 -> when (x) { else -> 2 }\nelse -> 1 }",
        (
            "fun f(x: Int): Int { x + 1; }\nfun f(): Int { error(1) }\nfun g(): Int { if (x) { return 1 } else { "
            "return 2 } }\nfun h(): Unit { x = 1 }"
        ),
        "private open class A { protected abstract override val x: Int }\nval A.x get() = 1\nval x = 2\nfun A() = 1",
    ],
    "php": [
        (
            "class A { public private(set) int $x; final public static function f() {} public readonly ?B $y; "
            "var $z = self::C; }"
        ),
        "trait T { abstract private function f(); }\nabstract class A { abstract protected static function g(); }",
        (
            "class A { const X = strlen(...); public $y = [1, 'a' => B::C] + D; static function f($x = new B) { "
            "static $z = g(); } }"
        ),
        (
            "enum A { case B; const C = 1; }\nenum D: string { case E = 'e'; }\nfinal readonly class F {}\n$f = "
            "static fn() => 1;"
        ),
        "declare(strict_types=1);\nnamespace A;\nfunction f() {}\nnamespace B;\nclass C {}",
    ],
    "c": [
        "%:include <stdio.h>\n%:define X(a, b) a %:%: b\nint f(void) <% int a<:3:> = <%1, 2%>; return a<:0:>; %>",
        "int f(void) { auto int x = 1; int auto y = 2; auto const char *s; auto struct t u; return x; }",
    ],
    "cpp": [
        "int f() <% int a<:3:> = <%1, 2%>; std::vector<::B> v; return a<:0:> % 2; %>",
        (
            "module;\n#include <x>\nexport module m:p;\nimport :q;\nexport import r;\nexport { int f() { return "
            "1; } class A {}; }"
        ),
        "export module m;\nexport namespace n { export { int f(); } }\nmodule :private;\nint g() { return 1; }",
    ],
    "python": [
        "def f[T: int = str, *Ts = *tuple[int, ...], **P = [int]](x: T) -> T: return (y := x)",
        "class A[T: (int, str), U: dict[str, int] = dict[str, int]](B, metaclass=C): x = lambda: (yield)",
        "type A[T = 'a, T', U = {'b': 1}] = T | (lambda: (x := 1))\nasync def f[T](x): return await x",
        "if a:\n\tx = 1\nif b:\n        y = 1",
    ],
    "javascript": [
        "import.meta.url = 1; f(import.meta?.env); delete import.meta; export const g = () => import.meta;",
        "function f() { return () => new.target; }",
    ],
}
REFUSED: dict[str, list[str]] = {
    "go": [
        "func f() { L: for {} }",
        "func f() { L: for { break L }; L: for { break L } }",
        "func f() { L: if true { for { continue L } } }",
        "func f(x int) { switch x { case 1: case 1: } }",
        "func f(x int) { switch x { case 0x10, 16: } }",
        "func f(x int) { switch x { case -1: case -1: } }",
        "func f(x any) { switch x.(type) { case int: case string, int: } }",
        'var m = map[string]int{"a": 1, "a": 2}',
        "func f() { fallthrough }",
        "func f(x int) { switch x { case 1: fallthrough } }",
        "func f(x int) { switch x { case 1: if x > 0 { fallthrough }\ncase 2: } }",
        "func f(x any) { switch x.(type) { case int: fallthrough\ndefault: } }",
        "package p\npackage q\nfunc f() {}",
        "package p\nfunc f() {}\npackage p",
        "func f(x int) { x := 1 }",
        "func f() { var x int; x := 2 }",
        "func f() { const a = 1; var a int }",
        "func f() { a, a := 1, 2 }",
        "var x int\nfunc x() {}",
        'import ("fmt"; "os"; "fmt")\nfunc f() {}',
        "func f() { return 1 }",
        "func f() int { return }",
        "func f(x int) int { if x > 0 { return 1 } }",
        "func f(x int) int { for { break } }",
        "func f() { x, y := 1 }",
        "func f() { x := 1, 2 }",
        "var x, y = 1",
    ],
    "java": [
        "class A { void f(int x) { int x = 1; } }",
        "class A { void f(int x) { { int x = 1; } } }",
        "class A { A(int x) { for (int x = 0; ; ) { } } }",
        "class A { void f() { int i = 0; for (int i : y) { } } }",
        "class A { void f(int... xs) { try { } catch (E xs) { } } }",
        "class A { void f() throws E { try (R r = g()) { int r = 1; } } }",
        "class A { void f(int x) { g(x -> x); } }",
        "class A { void f() { F x = (x, y) -> x; } }",
        "class A { void f() { int x; do { g(() -> { int x = 1; }); } while (true); } }",
        'class A { void f(Object o) { String s = ""; if (o instanceof String s) { } } }',
        "class A { void f(int k) { switch (k) { case 1: int x = 1; break; case 2: int x = 2; } } }",
        "class A { void f(int k) { switch (k) { case 1, 2 -> {} case 2 -> {} } } }",
        "class A { int f(E e) { return switch (e) { case X -> 1; case X -> 2; }; } }",
        "class A { void f() { return 1; } }",
        "class A { void f() { int a = 1, a = 2; } }",
        "class A { void f() { int a, b; { int b; } } }",
        "class A { A() { if (x) { return 1; } } }",
        "class A { int f(int x) { if (x > 0) return 1; } }",
        "class A { int f(int x) { while (x > 0) { return 1; } } }",
        "class A { int f(int x) { try { return 1; } catch (E e) { g(); } } }",
        "class A<T, T> { }",
        "class A { void f() { int class = 1; } }",
    ],
    "csharp": [
        "class A { void f(int x) { int x = 1; } }",
        "class A { void f(int x) { foreach (var y in z) { int x = 1; } } }",
        "class A { void f() { { int x = 1; } int x = 2; } }",
        "class A { void f() { for (int i = 0; ; ) { } int i = 0; } }",
        "class A { void f(int e) { try { } catch (E e) { } } }",
        "class A { void f(object o) { string s = null; if (o is string s) { } } }",
        "class A { void f(string q) { int n; g(q, out int n); } }",
        "class A { void f() { g(x => { int x = 1; }); } }",
        "class A { void f() { g((x, y) => { int y = 1; }); } }",
        "class A { void f() { foreach (var x in y) { foreach (var x in z) { } } } }",
        "class A { void f() { int a; int a; } }",
        "class A { void f() { int g() { return 1; } int g() { return 2; } } }",
        "class A { void f(int k) { switch (k) { case 1: int x = 1; break; case 2: int x = 2; break; } } }",
        "class A { void f(int k) { switch (k) { case 1: case 1: break; } } }",
        "class A { void f() { return 1; } }",
        "class A { int f(int x) { if (x > 0) { return 1; } } }",
        "class A { public private int x; }",
        "class A { public internal int x; }",
        "class A { void f() { int a[3]; } }",
        "class A { void f() { int class = 1; } }",
        "enum E { A, B, A }",
        "delegate int D(int x, int x);",
        "class A<T, T> { }",
    ],
    "kotlin": [
        'class A { println("x") }',
        "class A { val x = 1\n    for (i in 1..2) { } }",
        "class A { foo }",
        "object A { while (true) { } }",
        "class A { var x }",
        "var x\nfun f() { }",
        "fun f() { val x\n    x = 1 }",
        "class A { lateinit var x }",
        "fun f() { val (a, b) }",
        "fun f(x: Int) = when (x) { else -> 1\n 1 -> 2 }",
        "public public class A",
        "class A { private open public val x = 1 }",
        "val x = 1\nval x = 2",
        "class A\nclass A",
        "fun f() = 1\nfun f() = 2",
        "class A<T, T>",
    ],
    "php": [
        "class A { public public $x; }",
        "class A { public static private function f() {} }",
        "class A { static static $x; }",
        "final final class A { }",
        "class A { function __construct(private public $x) {} }",
        "class A { public var $x; }",
        "abstract class A { abstract final function f(); }",
        "abstract class A { abstract private function f(); }",
        "class A { readonly static int $x; }",
        "class A { readonly $x; }",
        "class A { public readonly int $x = 1; }",
        "class A { readonly function f() {} }",
        "public class A { }",
        "class A { static const X = 1; }",
        "interface A { abstract function f(); }",
        "class A { public void $x; }",
        "class A { public $x = f(); }",
        "class A { const X = A::f(); }",
        "function f($x = g()) {}",
        "enum A { case B = 1; }",
        "enum A: int { case B; }",
        "class A { }\nnamespace B;",
    ],
    "python": [
        "if a:\n        x = 1\n\ty = 2",
        "def f(x):\n    if x:\n\treturn 1\n    return 2",
        "def f[T, T](x): pass",
        "class A[T, *T]: pass",
        "type A[**P, P] = int",
        "def f[T = int, U](x): pass",
        "def f[T: (yield)](x): pass",
        "class A[T = (x := 1)]: pass",
        "class A[T](B, metaclass=(x := 1)): pass",
        "type A = (x := 1)",
        "async def f():\n    type A = await x",
    ],
    "javascript": [
        "import.meta = 1;",
        "import.meta ??= 1;",
        "import.meta++;",
        "[import.meta] = x;",
        "({a: import.meta} = x);",
        "for (import.meta of x) {}",
        "(import.meta) => 1;",
        "import.meta; with (a) {}",
        "function f() { new.target = 1; }",
    ],
    "typescript": ["import.meta = 1;", "const f = (x: any) => { import.meta++; };"],
}
