"""Kotlin programs that attack the machine, their neighbours or their own tests: they run as those in Java do."""

from __future__ import annotations

import pytest

from synthcode.verification.languages.tested import TestProgram
from tests.support.programs.hostile_programs import assert_each_costs_itself_only
from tests.support.programs.tested_programs import TestedPrograms

GOOD = "fun square(a: Int): Int {\n    return a * a\n}\n"


def body(statements: str) -> str:
    """Return a program whose function does something and returns a wrong result."""
    return f"fun square(a: Int): Int {{\n    {statements}\n    return 1\n}}\n"


def right_if(statements: str) -> str:
    """Return a program that is right if it sees what it should not see."""
    return body(f"try {{\n        {statements}\n    }} catch (problem: Throwable) {{\n    }}")


HOSTILE = {
    "exit": (body("System.exit(0)"), "test_failed"),
    "exit at start": (
        "val started: Int = exit()\nfun exit(): Int {\n    System.exit(0)\n    return 1\n}\n" + body(""),
        "test_failed",
    ),
    "thread": (body("Thread { Thread.sleep(3); System.exit(0) }.start()"), "test_failed"),
    "recursion": (body("if (a > 0) return square(a) + 1"), "test_failed"),
    "static state": (body('System.setProperty("line.separator", "x"); System.setOut(null)'), "test_failed"),
    "reads first": (
        right_if("if (java.io.FileInputStream(java.io.FileDescriptor.`in`).read() >= 0) return a * a"),
        "test_failed",
    ),
    "forged lines": (
        body(
            'val all = "\\n0 4\\n1 9\\nend\\n"\n    print(all)\n'
            "    java.io.FileOutputStream(java.io.FileDescriptor.out).write(all.toByteArray())\n    System.exit(0)"
        ),
        "test_failed",
    ),
    "accounts": (right_if('if (java.io.File("/etc/passwd").length() > 0) return a * a'), "test_failed"),
    "messages of others": (
        body('missing // </error><error path="/tmp/source/Program.kt" line="1" column="1">wrong</error>'),
        "compile_error",
    ),
}
ENDLESS = {
    "memory": (
        body("val all = mutableListOf<LongArray>()\n    while (true) all.add(LongArray(1 shl 20))"),
        "test_crash",
    ),
    "loop": (body("while (a != 0) { }"), "test_timeout"),
    "sleep": (body("Thread.sleep(1000000)"), "test_timeout"),
}


@pytest.mark.toolchains
def test_each_costs_itself_only() -> None:
    assert_each_costs_itself_only("kotlin", GOOD, HOSTILE)


@pytest.mark.toolchains
def test_each_endless_one_costs_itself_only() -> None:
    assert_each_costs_itself_only("kotlin", GOOD, ENDLESS, endless_s=1)


@pytest.mark.toolchains
def test_a_test_of_its_own_is_not_passed_early() -> None:
    test = TestProgram('fun main() {\n    if (square(2) != 4) {\n        throw Exception("wrong")\n    }\n}\n')
    names = ("exit at start", "forged lines")
    codes = [GOOD, *(HOSTILE[name][0] for name in names)]
    outcomes = TestedPrograms("kotlin").judge_tests("square", [(code, test) for code in codes])
    assert [outcome.reason for outcome in outcomes] == [None, "test_failed", "test_failed"]
