"""Java programs, joined with their tests and run in the sandbox."""

from __future__ import annotations

import pytest

from synthcode.verification.cases.case import Raises, TestCase, Untestable, Value
from synthcode.verification.languages.java.programs import with_cases, with_test
from synthcode.verification.languages.tested import TestProgram
from tests.support.programs.tested_programs import TestedPrograms

CASES = (TestCase(([3, 1],), [1, 3]), TestCase(([],), []), TestCase((None,), Raises("TypeError")))
SORTED = "Arrays.sort(items); return items;"
RIGHT = (
    f"class Sorter {{ static int[] sort_it(int[] items) {{ {SORTED} }} }}",
    "import java.util.*;\n\npublic class Main {\n"
    "  public List<Integer> sortIt(List<Integer> items) { Collections.sort(items); return items; }\n"
    '  public static void main(String[] a) { System.out.println("x"); }\n}\n',
    "package a.b;\nimport java.util.ArrayList;\nimport static java.util.Collections.sort;\n"
    "public final class S { private static <T extends Comparable<T>> ArrayList<T> sortIt(ArrayList<T> items)"
    " { sort(items); return items; } }",
    "public static Integer[] sortIt(Integer... items) { Arrays.sort(items); return items; }",
    "class Outer { class Inner { Iterable<Long> sortIt(Collection<Long> items)"
    " { return new PriorityQueue<>(items); } } }",
    "class Sorter { static Function<double[], double[]> sortIt = items -> { Arrays.sort(items); return items; }; }",
    "interface Sorter { static Object sortIt(Object items) { List<Object> all = (List<Object>) items; "
    "all.sort(null); return all.stream(); } }",
    "enum Sorter { A; static List<Integer> sortIt(Iterable<? extends Integer> items) { "
    "List<Integer> all = new ArrayList<>(); items.forEach(all::add); all.sort(null); return all; } }",
)
WRONG = {
    "class A { static int[] sortIt(int[] items) { return items.clone(); } }": (
        "test_failed",
        "([3, 1]) -> [3, 1], expected [1, 3]",
    ),
    "class A { static int[] sortIt(int[] items) { System.exit(0); return items; } }": (
        "test_failed",
        "it ended before its tests did",
    ),
    "class A { static int sortIt(int[] items) { return items[5]; } }": (
        "test_failed",
        "([3, 1]) -> raises ArrayIndexOutOfBoundsException, expected [1, 3]",
    ),
    "class A { static int[] sortIt(int[] items) { while (true) { } } }": ("test_timeout", ""),
    "class A {\n static int[] sortIt(int[] items) { return missing; } }": (
        "compile_error",
        "line 2: cannot find symbol",
    ),
}
UNTESTABLE = {
    "class A { static int[] sortIt(int[] items, int n) { return items; } }": "it takes 2 arguments, not 1",
    "class A { static String sortIt(String items) { return items; } }": "a list does not fit String",
    "class A { }": "it defines no method",
}
MBXP_TEST = TestProgram(
    "class Main { public static void main(String[] args) throws Exception {"
    " int x0 = Squares.square(2); if (x0 != 4) { throw new java.lang.Exception("
    '"Exception -- test case 0 did not pass. x0 = " + x0); } } }'
)
HUMANEVAL_TEST = TestProgram(
    "public class Main { public static void main(String[] args) { Solution s = new Solution();"
    " List<Boolean> correct = Arrays.asList(s.square(2) == 4, s.square(-3) == 9);"
    " if (correct.contains(false)) { throw new AssertionError(); } } }",
    "import java.util.*;\nimport java.lang.*;\n",
)
SQUARES = (
    "class Squares { static int square(int a) { return a * a; } }",
    "import java.util.*;\npublic class Solution { public int square(int a) { return a * a; } }",
    "package a; public class Main { private static Integer Square(int a) { return a * a; }"
    " public static void main(String[] args) { throw new RuntimeException(); } }",
    "public static int square(int a) { return a * a; }",
)
TYPES: tuple[tuple[str, Value], ...] = (
    *((name, -7) for name in ("byte", "short", "int", "long", "Integer", "Long", "Number", "Object", "Comparable<?>")),
    *((name, 2**31) for name in ("long", "Long", "BigInteger", "Object", "double")),
    ("java.math.BigInteger", 2**80),
    *((name, 0.1) for name in ("double", "float", "Double", "BigDecimal", "Object")),
    *((name, float("inf")) for name in ("double", "Float")),
    *((name, True) for name in ("boolean", "Boolean", "Object")),
    *((name, "a") for name in ("char", "Character", "String")),
    *((name, 'ä"\\\n\0\u2028😀') for name in ("String", "CharSequence", "StringBuilder", "Object")),
    *((name, None) for name in ("Integer", "String", "List<String>", "Optional<String>", "Object", "int[]")),
    ("Optional<List<Long>>", [1, 2]),
    *(
        (name, [1, 2, 2])
        for name in ("int[]", "Integer[]", "long[]", "List<Integer>", "LinkedList<Long>", "Deque<Byte>")
    ),
    *((name, [[1], []]) for name in ("int[][]", "List<int[]>", "List<List<Integer>>", "List[]", "Object[]", "List<?>")),
    ("List<Character>", ["a", "b"]),
    ("Object", [1, "a", None, [2.5, True], {"k": (1, 2)}]),
    ("Map.Entry<String, Integer>", ("a", 1)),
    ("Pair<String, List<Integer>>", ("a", [1])),
    *((name, {1, 2}) for name in ("Set<Integer>", "HashSet<Long>", "TreeSet<Integer>", "Object")),
    *(
        (name, {"b": [1], "a": []})
        for name in ("Map<String, List<Integer>>", "TreeMap<String, int[]>", "HashMap", "Object")
    ),
    ("Map<Integer, String>", {1: "a", -2: ""}),
)


@pytest.mark.slow
def test_a_right_program_passes_in_any_form() -> None:
    outcomes = TestedPrograms("java").judge_cases("sort_it", [(code, CASES[:2]) for code in RIGHT])
    assert [(outcome.tests, outcome.passed, outcome.detail) for outcome in outcomes] == [(2, 2, "")] * len(RIGHT)


@pytest.mark.toolchains
def test_a_wrong_program_fails_with_its_first_message() -> None:
    outcomes = TestedPrograms("java").judge_cases("sort_it", [(code, CASES[:2]) for code in WRONG])
    for outcome, (reason, detail) in zip(outcomes, WRONG.values(), strict=True):
        assert outcome.reason == reason
        assert detail in outcome.detail


@pytest.mark.toolchains
def test_exceptions_are_results() -> None:
    codes = [RIGHT[0], "class A { static int[] sortIt(int[] items) { return items; } }"]
    outcomes = TestedPrograms("java").judge_cases("sort_it", [(code, CASES[2:]) for code in codes])
    assert [outcome.detail for outcome in outcomes] == ["", "(None) -> None, expected raises TypeError"]


@pytest.mark.parametrize("code", UNTESTABLE)
def test_a_program_that_no_case_fits_is_untestable(code: str) -> None:
    with pytest.raises(Untestable, match=UNTESTABLE[code]):
        with_cases(code, "sort_it", CASES[:1])


def test_one_odd_case_drops_no_other_one() -> None:
    code = "class A { static long half(int n) { return n / 2; } static long half(String s) { return s.length(); } }"
    cases = [TestCase((value,), result) for value, result in ((4, 2), (2**31, 0), (None, 0), (1.5, 0), ("abc", 3))]
    assert with_cases(code, "half", cases).untestable == {
        1: "a int does not fit String",
        3: "a float does not fit String",
    }
    assert TestedPrograms("java").judge_cases("half", [(code, [cases[0], cases[1], cases[4]])])[0].passed == 2


def test_a_result_that_its_type_cannot_hold_is_not_judged() -> None:
    code = "class A { static long power(int n) { long r = 1; while (n-- > 0) r *= 2; return r; } }"
    cases = [TestCase((n,), 2**n) for n in (10, 62, 64)]
    assert list(with_cases(code, "power", cases).untestable) == [2]


@pytest.mark.slow
def test_values_of_every_type_come_back() -> None:
    codes = [
        f"class A {{ record Pair<K, V>(K first, V second) {{ }} static {type_} same({type_} it) {{ return it; }} }}"
        for type_, _ in TYPES
    ]
    programs = [(code, [TestCase((value,), value)]) for code, (_, value) in zip(codes, TYPES, strict=True)]
    outcomes = TestedPrograms("java", cpu_s=5).judge_cases("same", programs)
    assert [(type_, one.detail) for (type_, _), one in zip(TYPES, outcomes, strict=True) if one.passed != 1] == []


@pytest.mark.toolchains
def test_arguments_are_fresh_for_each_call() -> None:
    code = "class A { List<Long> x = new ArrayList<>(); List<Long> f(List<Long> y) { x.addAll(y); return x; } }"
    outcome = TestedPrograms("java").judge_cases("f", [(code, [TestCase(([1],), [1]), TestCase(([1],), [1])])])[0]
    assert outcome.passed == 2


@pytest.mark.slow
@pytest.mark.parametrize("test", [MBXP_TEST, HUMANEVAL_TEST])
def test_a_test_of_the_seeds_own_calls_the_program_in_any_form(test: TestProgram) -> None:
    bad = [code.replace("a * a", "a + a + 1") for code in SQUARES]
    outcomes = TestedPrograms("java").judge_tests("square", [(code, test) for code in (*SQUARES, *bad)])
    assert [outcome.reason for outcome in outcomes] == [None] * len(SQUARES) + ["test_failed"] * len(bad)
    if test is MBXP_TEST:
        assert outcomes[-1].detail == "java.lang.Exception: Exception -- test case 0 did not pass. x0 = 5"


def test_a_test_without_a_main_method_is_untestable() -> None:
    with pytest.raises(Untestable, match="no class with a main method"):
        with_test(SQUARES[0], TestProgram("assert square(2) == 4"), "square")
