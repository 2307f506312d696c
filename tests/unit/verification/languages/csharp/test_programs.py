"""C# programs, joined with their tests and run in the sandbox."""

from __future__ import annotations

import pytest

from synthcode.verification.cases.case import Raises, TestCase, Untestable
from synthcode.verification.cases.outcome import Outcome
from synthcode.verification.languages.csharp.programs import with_cases, with_test
from synthcode.verification.languages.tested import TestProgram
from tests.support.programs.tested_programs import TestedPrograms

CASES = (TestCase(([3, 1],), [1, 3]), TestCase(([],), []))
_LINQ = "items.OrderBy(x => x)"
RIGHT = (
    f"public static List<int> SortIt(List<int> items) {{ return {_LINQ}.ToList(); }}",
    f"using System.Linq;\nusing System.Linq;\nnamespace A.B;\n\nclass Sorter {{ int[] SortIt(int[] items) => {_LINQ}"
    ".ToArray(); }",
    "namespace Solution\n{\n    public class Program\n    {\n        public static IEnumerable<int> SortIt"
    f"(IEnumerable<int> items)\n        {{\n            return {_LINQ};\n        }}",
    "public static class S { static void Main(string[] a) { System.Environment.Exit(3); }\n"
    f"private static IList<long> sort_it(IList<long> items, bool twice = false) {{ return {_LINQ}.ToList(); }} }}",
    "public class Outer { private class Inner { public T[] SortIt<T>(params T[] items) where T : IComparable<T> "
    "{ Array.Sort(items); return items; } } }",
    f"class S {{ public static Func<List<int?>, List<int?>> SortIt = items => {_LINQ}.ToList(); }}",
    "class S { public static async Task<object> SortIt(dynamic items) { await Task.Delay(1); "
    "var found = new List<int>(items); found.Sort(); return found; } }",
    "class S { static List<int> SortIt(List<int> items) { AppDomain.CurrentDomain.ProcessExit += (sender, e) => "
    f"{{ while (true) {{ }} }}; return {_LINQ}.ToList(); }} }}",
    "interface I { List<object> SortIt(List<object> items); }\nclass S : I { public S(int a = 1) { } S() { }\n"
    f"public List<object> SortIt(List<object> items) {{ Console.Write(1); return {_LINQ}.ToList(); }} }}",
)
ENDLESS = "static List<int> SortIt(List<int> items) { while (true) { } }"
WRONG = {
    "static List<int> SortIt(List<int> items) { return items; }": ("test_failed", "([3, 1]) -> [3, 1], expected"),
    "static List<int> SortIt(List<int> items) { Environment.Exit(0); return items; }": (
        "test_failed",
        "it ended before its tests did",
    ),
    "static List<int> SortIt(List<int> items) { return items.GetRange(5, 1); }": (
        "test_failed",
        "([3, 1]) -> raises ArgumentException, expected [1, 3]",
    ),
    "static List<int> SortIt(List<int> items) { return Helper(items); }": ("compile_error", "`Helper' does not exist"),
    'static List<int> SortIt(List<int> items) { int a = "x"; return items; }': ("compile_error", "Cannot implicitly"),
    "static List<int> SortIt(List<int> items) { int a = ; return items; }": ("compile_error", "Unexpected symbol"),
}
MBXP_TEST = TestProgram(
    """

        public static void Main(string[] args)
        {
            CompareLogic compareLogic = new CompareLogic();
            var actual1 = SortIt(new List<int> {2,1});
            var expected1 = new List<int> {1,2};
            var result1 = compareLogic.Compare(actual1, expected1);
            if (!result1.AreEqual) {throw new Exception("Exception --- test case 0 failed to pass");}
        }
    }
}
""",
    "using KellermanSoftware.CompareNetObjects;\n",
)
OWN_CLASS_TEST = TestProgram(
    "class Tests { static async Task<int> Main() { await Task.Delay(1); "
    "return Solution.Program.SortIt(new List<int> {2, 1})[0] - 1; } }"
)


@pytest.fixture(scope="module")
def csharp() -> TestedPrograms:
    return TestedPrograms("csharp")


def test_a_right_program_passes_in_any_form(csharp: TestedPrograms) -> None:
    outcomes = csharp.judge_cases("sort_it", [(code, CASES) for code in RIGHT])
    assert outcomes == [Outcome(2, 2, None, "")] * len(RIGHT)


@pytest.mark.slow
def test_a_wrong_program_fails_with_its_first_message(csharp: TestedPrograms) -> None:
    outcomes = csharp.judge_cases("sort_it", [(code, CASES) for code in WRONG])
    for outcome, (reason, detail) in zip(outcomes, WRONG.values(), strict=True):
        assert (outcome.reason, detail in outcome.detail) == (reason, True), outcome


@pytest.mark.slow
def test_an_endless_program_costs_itself_only() -> None:
    programs = [(code, CASES) for code in (RIGHT[0], ENDLESS, RIGHT[0])]
    first, endless, last = TestedPrograms("csharp", 2).judge_cases("sort_it", programs)
    assert (first.passed, endless.reason, last.passed) == (2, "test_timeout", 2)


@pytest.mark.slow
def test_a_program_passes_the_own_test_of_a_seed_in_any_form(csharp: TestedPrograms) -> None:
    as_list = RIGHT[2].replace("IEnumerable<int> S", "List<int> S").replace(_LINQ, f"{_LINQ}.ToList()")
    instance = RIGHT[0].replace("public static", "public")
    programs = [(code, MBXP_TEST) for code in (RIGHT[0], instance, as_list, f"{as_list}\n    }}\n}}\n")]
    programs += [(code, OWN_CLASS_TEST) for code in (RIGHT[0], instance, as_list)]
    assert [outcome.reason for outcome in csharp.judge_tests("sort_it", programs)] == [None] * len(programs)


@pytest.mark.slow
def test_a_program_fails_the_own_test_of_a_seed(csharp: TestedPrograms) -> None:
    wrong = "public static List<int> SortIt(List<int> items) { return items; }"
    early = "class S { static S() { Environment.Exit(0); } public static List<int> SortIt(List<int> items) => items; }"
    programs = [(code, test) for code in (wrong, early) for test in (MBXP_TEST, OWN_CLASS_TEST)]
    assert [outcome.detail for outcome in csharp.judge_tests("sort_it", programs)] == [
        "System.Exception: Exception --- test case 0 failed to pass",
        "System.Exception: its test ends with 1",
        "it ended before its tests did",
        "it ended before its tests did",
    ]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("class A { }", "it defines no function"),
        ("static int F(int[] a, int b) { return b; }", "it takes other arguments than 1"),
        ("static string F(string a) { return a; }", "an argument of the type string cannot be list"),
        ("static int F(int[,] a) { return 1; }", "an argument of the type int[,] cannot be list"),
        ("static int F(Action a) { return 1; }", "an argument of the type Action cannot be list"),
        ("static int F(ref int[] a) { return 1; }", "which of its values is the result"),
        ("class A<T> { public static int F(T[] a) { return 1; } }", "its class is generic"),
        ("class A { public A(int b) { } int F(int[] a) { return 1; } }", "constructed without arguments"),
        ("abstract class A { int F(int[] a) { return 1; } }", "its class is abstract"),
    ],
)
def test_a_program_that_cannot_be_called_says_why(code: str, reason: str) -> None:
    with pytest.raises(Untestable) as found:
        with_cases(code, "f", CASES[:1])
    assert reason in str(found.value)


def test_one_odd_case_is_left_out() -> None:
    cases = (
        TestCase((1,), 2),
        TestCase((2**40,), 2),
        TestCase(("x",), 2),
        TestCase((3,), None),
        TestCase((4,), 2**40),
        TestCase((5,), Raises("ValueError")),
    )
    program = with_cases("static int F(int a) { return a; }", "f", cases)
    assert program.untestable == {
        1: f"{2**40:.3g} is beyond int",
        2: "an argument of the type int cannot be str",
        3: "a result of the type int cannot be None",
        4: "a result of the type int cannot be so large",
    }


def test_a_test_without_a_main_is_refused() -> None:
    with pytest.raises(Untestable, match="no Main"):
        with_test("static int F() { return 1; }", TestProgram("static int Other() { return F(); }"), "f")
