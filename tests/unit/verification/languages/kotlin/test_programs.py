"""Kotlin programs, joined with their tests and run in the sandbox."""

from __future__ import annotations

import pytest

from synthcode.verification.cases.case import Raises, TestCase, Untestable, Value
from synthcode.verification.languages.kotlin.programs import with_cases, with_test
from synthcode.verification.languages.tested import TestProgram
from tests.support.programs.tested_programs import TestedPrograms

CASES = (TestCase(([3, 1],), [1, 3]), TestCase(([],), []))
RIGHT = (
    "fun sort_it(items: List<Int>): List<Int> = items.sorted()",
    "package a.b\n\nimport java.util.*\n\nfun main() {\n    println(sortIt(intArrayOf()))\n}\n\n"
    "private fun sortIt(items: IntArray): IntArray {\n    items.sort()\n    return items\n}\n",
    '@file:JvmName("Other")\npackage a\nfun <T : Comparable<T>> sortIt(items: MutableList<T>): MutableList<T> {\n'
    "    items.sort()\n    return items\n}\n",
    "class Sorter(val n: Int = 3) {\n    fun sortIt(items: Array<Int>): Array<Int> {\n"
    "        items.sort()\n        return items\n    }\n}\n",
    "object Sorter {\n    fun sortIt(items: Collection<Long>, reverse: Boolean = false): Sequence<Long> {\n"
    "        return if (reverse) sequenceOf() else items.asSequence().sorted()\n    }\n}\n",
    "class Sorter private constructor() {\n    companion object {\n"
    "        private fun sortIt(vararg items: Int): Any {\n"
    "            return items.sorted()\n        }\n    }\n}\n",
    "val sortIt: (List<Int>) -> List<Int> = { items -> items.sorted() }\n",
    "fun Iterable<Int>.sortIt(): List<Int> {\n    return this.sorted()\n}\n",
    "internal fun sortIt(items: List<Int>?): List<Int>? {\n    return items?.sorted()\n}\n",
)
WRONG = {
    "fun sortIt(items: List<Int>): List<Int> = items": ("test_failed", "([3, 1]) -> [3, 1], expected [1, 3]"),
    "fun sortIt(items: List<Int>): List<Int> {\n    System.exit(0)\n    return items\n}": (
        "test_failed",
        "it ended before its tests did",
    ),
    "fun sortIt(items: ArrayList<Int>): Int = items[5]": (
        "test_failed",
        "([3, 1]) -> raises IndexOutOfBoundsException, expected [1, 3]",
    ),
    "fun sortIt(items: List<Int>): List<Int> {\n    return missing\n}": (
        "compile_error",
        "line 2: Unresolved reference: missing",
    ),
}
UNTESTABLE = {
    "fun sortIt(items: List<Int>, n: Int): List<Int> = items": "it takes 2 arguments, not 1",
    "fun sortIt(items: String): String = items": "a list does not fit String",
    "class A": "it defines no function",
}
TEST = TestProgram(
    "\nfun main() {\n    var arg00 : Int = 2\n    var x0 : Int = square(arg00);\n    var v0 : Int = 4;\n"
    '    if (x0 != v0) {\n        throw Exception("Exception -- test case 0 did not pass. x0 = " + x0)\n    }\n}\n'
)
SQUARES = (
    "fun square(a: Int): Int {\n    return a * a\n}\n",
    "package a\nimport kotlin.math.abs\nfun Square(a: Int): Int {\n    return abs(a * a)\n}\n"
    "fun main() {\n    throw Exception()\n}\n",
    "class Squares {\n    private fun square(a: Int): Int {\n        return a * a\n    }\n}\n",
    "object Squares {\n    fun square(a: Int): Int {\n        return a * a\n    }\n}\n",
    "class Squares(val n: Int) {\n    companion object {\n"
    "        fun square(a: Int): Int {\n            return a * a\n        }\n    }\n}\n",
)
TYPES: tuple[tuple[str, Value], ...] = (
    *((name, -7) for name in ("Byte", "Short", "Int", "Long", "Int?", "Number", "Any", "Double")),
    *((name, 2**31) for name in ("Long", "Any", "java.math.BigInteger")),
    *((name, 0.1) for name in ("Double", "Float", "Any?")),
    *((name, True) for name in ("Boolean", "Any")),
    *((name, "a") for name in ("Char", "String", "CharSequence")),
    ("String", 'ä"\\\n$\0\u2028😀'),
    *((name, None) for name in ("Int?", "String?", "List<Int>?", "Any?")),
    *((name, [1, 2, 2]) for name in ("IntArray", "Array<Int>", "LongArray", "List<Int>", "MutableList<Long>", "Any")),
    *((name, [[1], []]) for name in ("Array<IntArray>", "List<List<Int>>", "Array<List<Int>>", "List<Any>", "List<*>")),
    ("List<Int?>", [1, None]),
    *((name, ("a", 1)) for name in ("Pair<String, Int>", "Map.Entry<String, Int>", "P<Int>", "List<Any>")),
    ("Triple<Int, String, List<Int>>", (1, "a", [2])),
    ("List<Pair<Int, Char>>", [(1, "a")]),
    *((name, {1, 2}) for name in ("Set<Int>", "MutableSet<Long>", "HashSet<Int>")),
    *((name, {"b": [1], "a": []}) for name in ("Map<String, List<Int>>", "MutableMap<String, IntArray>", "Any")),
)


@pytest.mark.toolchains
def test_a_right_program_passes_in_any_form_and_a_wrong_one_fails_with_its_first_message() -> None:
    outcomes = TestedPrograms("kotlin").judge_cases("sort_it", [(code, CASES) for code in (*RIGHT, *WRONG)])
    right = outcomes[: len(RIGHT)]
    assert [(outcome.tests, outcome.passed, outcome.detail) for outcome in right] == [(2, 2, "")] * len(RIGHT)
    for outcome, (reason, detail) in zip(outcomes[len(RIGHT) :], WRONG.values(), strict=True):
        assert outcome.reason == reason
        assert detail in outcome.detail


@pytest.mark.toolchains
def test_programs_in_recent_kotlin_run_with_an_old_standard_library() -> None:
    bodies = (
        "items.maxOrNull()!! + items.min()",
        "items.sumOf { it }",
        "items.sumOf { it * 1.0 }.toInt()",
        "items.maxOf { it } + items.minBy { it }",
        "items.toIntArray().max() + 'a'.code - 96",
        'if ("Ab".uppercase() == "AB") ArrayDeque(items).removeFirst() + 1 else 0',
        "buildList<Int> {\n        add(items.max())\n        add(1)\n    }.sumOf { it }",
        "items.max()!! + (items.min() ?: 0)",
    )
    header = ("", "package a\nimport kotlin.math.abs\n")
    codes = [f"{header[place % 2]}fun f(items: List<Int>): Int = {body}\n" for place, body in enumerate(bodies)]
    outcomes = TestedPrograms("kotlin").judge_cases("f", [(code, [TestCase(([3, 1],), 4)]) for code in codes])
    assert [(outcome.passed, outcome.detail) for outcome in outcomes] == [(1, "")] * len(codes)


@pytest.mark.parametrize("code", UNTESTABLE)
def test_a_program_that_no_case_fits_is_untestable(code: str) -> None:
    with pytest.raises(Untestable, match=UNTESTABLE[code]):
        with_cases(code, "sort_it", CASES[:1])


def test_one_odd_case_drops_no_other_one() -> None:
    code = "fun half(n: Int): Int {\n    return n / 2\n}\n"
    cases = [TestCase((value,), 2) for value in (4, 2**31, None, 1.5, "abc")]
    assert with_cases(code, "half", cases).untestable == {
        1: "Int does not hold 2147483648",
        2: "null does not fit Int",
        3: "a float does not fit Int",
        4: "a str does not fit Int",
    }


@pytest.mark.toolchains
def test_values_of_every_type_come_back() -> None:
    codes = [f"data class P<T>(val a: String, val b: T)\nfun same(it: {type_}): {type_} = it\n" for type_, _ in TYPES]
    raising = "fun same(it: Int): Int {\n    throw IllegalStateException()\n}\n"
    programs = [(code, [TestCase((value,), value)]) for code, (_, value) in zip(codes, TYPES, strict=True)]
    outcomes = TestedPrograms("kotlin", cpu_s=5).judge_cases(
        "same", [*programs, (raising, [TestCase((1,), Raises("ValueError"))])]
    )
    assert [(type_, one.detail) for (type_, _), one in zip(TYPES, outcomes, strict=False) if one.passed != 1] == []
    assert outcomes[-1].passed == 1


@pytest.mark.toolchains
def test_a_test_of_the_seeds_own_calls_the_program_in_any_form() -> None:
    bad = [code.replace("a * a", "a + a + 1") for code in SQUARES]
    outcomes = TestedPrograms("kotlin").judge_tests("square", [(code, TEST) for code in (*SQUARES, *bad)])
    assert [outcome.reason for outcome in outcomes] == [None] * len(SQUARES) + ["test_failed"] * len(bad)
    assert outcomes[-1].detail == "java.lang.Exception: Exception -- test case 0 did not pass. x0 = 5"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("fun Int.square(): Int {\n    return this * this\n}\n", "square is an extension of a type"),
        (
            "class A(val n: Int) {\n    fun square(a: Int): Int {\n        return a\n    }\n}\n",
            "A is made from arguments",
        ),
        ("abstract class A {\n    fun square(a: Int): Int {\n        return a\n    }\n}\n", "A has no objects"),
    ],
)
def test_a_function_that_a_test_cannot_call_is_untestable(code: str, reason: str) -> None:
    with pytest.raises(Untestable, match=reason):
        with_test(code, TEST, "square")
