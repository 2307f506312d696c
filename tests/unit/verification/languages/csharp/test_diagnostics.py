"""What the compiler's messages say of programs for newer versions of C#, and of wrong ones."""

from __future__ import annotations

import pytest

from synthcode.verification.cases.case import TestCase
from synthcode.verification.compiling.compile import judge_safely
from synthcode.verification.compiling.controls import examine
from synthcode.verification.languages.csharp.diagnostics import misfit
from synthcode.verification.languages.csharp.programs import with_cases
from tests.support.programs.benches import runner_of

CASES = (TestCase((1,), 1),)
NEWER = (
    "static int F(int a) => a switch { 1 => 2, _ => 3 };",
    "public record P(int X); class A { public static int F(int a) { return new P(a).X; } }",
    "class P { public int X { get; init; } } class B { public static int F(int a) { return new P { X = a }.X; } }",
    "static int F(int a) { return new List<int>().FirstOrDefault(0); }",
    "static int F(int a) { return new[] { 1 }.MaxBy(x => -x); }",
    "static int F(int a) { var x = new[] { a, a }; return x[1..][^1]; }",
    "static int F(int a) { List<int> x = new(); return x.Count; }",
    "static int F(int a) { Span<int> q = stackalloc int[3]; return q.Length; }",
    'static int F(int a) { return "a, b".Split(", ", StringSplitOptions.TrimEntries).Length; }',
    "static int F(int a) { return new[] { 1 }.Select((x, i) => (x, i)).First().i; }",
    "static int F(int a) { return (a, 1) == (1, a) ? 1 : 0; }",
    "static int F(int a) { switch ((a, 1)) { case (1, 1): return 2; default: return 3; } }",
    "static int F(int a) { int? x = a > 0 ? 1 : null; return x ?? 0; }",
    "static int F(int a) { var f = (int x) => x + 1; return f(a); }",
    "static int F(int a) { Func<int, int, int> f = (_, _) => 1; return f(a, a); }",
    'static int F(int a) { const string x = "a"; const string y = $"{x}b"; return y.Length; }',
    "static T G<T>(T a) where T : System.Numerics.INumber<T> => a; static int F(int a) { return G(a); }",
    "enum E { A } class B { public static int F(int a) { return Enum.GetValues<E>().Length; } }",
    "class P { public virtual P G() => this; } class Q : P { public override Q G() => this; } "
    "class B { public static int F(int a) { return new Q().G() != null ? 1 : 0; } }",
    "static int F(int a) { nint x = a; return (int)x; }",
)
WRONG = (
    "static int F(int a) { string s = a; return 1; }",
    'static int F(int a) { return "x"; }',
    "static int F(int a) { }",
    "static int F(int a) { int a1; return a1; }",
    "static int F(int a) { int b = 1; int b = 2; return b; }",
    "static int F(int a) { return a.Length(1, 2)(); }",
    "static int F(int a) { foreach (var x in a) { } return 1; }",
    "static int F(int a) { return a == true ? 1 : 0; }",
    "static int F(int a) { return G(1); } static int G(string s) { return 1; }",
    "static int F(int a) { if (a) { return 1; } return 0; }",
    "static int F(int a) { return a.Split(2).Length; }",
    'static int F(int a) { return (int)Math.Sqrt("x"); }',
    "static int F(int a) { return Math.Abs(a, 2); }",
    "static int F(int a) { return new[] { a }.Count(1, 2); }",
    "static int F(int a) { return new List<int>().Length; }",
)
UNKNOWN_MEMBERS = (WRONG[5], WRONG[10], WRONG[14])
"""They are not held against a fragment."""


@pytest.mark.toolchains
def test_a_newer_program_is_not_judged() -> None:
    jobs = [with_cases(code, "F", CASES).job for code in NEWER]
    assert [one.status for one in runner_of("csharp").run(jobs)] == ["misfit"] * len(NEWER)
    toolchain = examine("csharp").toolchain
    assert toolchain is not None
    assert {judgement.level for judgement in judge_safely(NEWER, toolchain)} == {"syntax"}


@pytest.mark.toolchains
def test_a_wrong_program_is_refused() -> None:
    ran = runner_of("csharp").run([with_cases(code, "F", CASES).job for code in WRONG])
    assert [(one.status, bool(one.message)) for one in ran] == [("refused", True)] * len(WRONG)
    toolchain = examine("csharp").toolchain
    assert toolchain is not None
    found = [judgement.level for judgement in judge_safely(WRONG, toolchain)]
    assert found == ["syntax" if code in UNKNOWN_MEMBERS else None for code in WRONG]


@pytest.mark.parametrize(
    ("message", "is_newer"),
    [
        ("CS1061: Type `int[]' does not contain a definition for `Chunk' and no extension method `Chunk' of", True),
        ("CS1061: Type `int' does not contain a definition for `Split' and no extension method `Split' of", False),
        ("CS1061: Type `Span<int>' does not contain a definition for `Add' and no extension method `Add' of", False),
        ("CS0103: The name `HashCode' does not exist in the current context", True),
        ("CS0246: The type or namespace name `PriorityQueue<string,int>' could not be found.", True),
        ("CS1502: The best overloaded method match for `string.Split(params char[])' has some invalid arguments", True),
        ("CS1502: The best overloaded method match for `System.Math.Sqrt(double)' has some invalid arguments", False),
        ("CS1501: No overload for method `Sum' takes `3' arguments", False),
    ],
)
def test_only_what_newer_libraries_have_is_let_off(message: str, is_newer: bool) -> None:
    found = misfit(f"solution.cs(1,2): error {message}\n")
    assert found.startswith("it may need a newer version of .NET") == is_newer


def test_what_is_not_the_translations_fault() -> None:
    assert misfit("") == "the compiler does not survive it"
    lone = "test.cs(1,2): error CS0029: Cannot implicitly convert type `int' to `string'\n"
    assert misfit(lone) == "its tests do not fit its types: Cannot implicitly convert type `int' to `string'"
    assert misfit(lone + lone.replace("test", "solution")) == ""
