"""Tests of published benchmarks in the forms that they have: one that does not hold fails, and is never passed over."""

from __future__ import annotations

import pytest

from synthcode.verification.cases.case import Untestable
from synthcode.verification.cases.outcome import judge_program
from synthcode.verification.languages.table import TESTED_LANGUAGES
from synthcode.verification.languages.tested import TestProgram
from tests.support.programs.benches import runner_of

PROGRAMS = {
    "javascript": "function add(a, b) { return a + b; }",
    "typescript": "function add(a: number, b: number): number { return a + b; }",
    "csharp": "using System.Diagnostics;\npublic class P { public static int Add(int a, int b) { return a + b; } }",
    "kotlin": "fun add(a: Int, b: Int): Int = a + b",
    "ruby": "def add(a, b)\n  a + b\nend",
    "python": "def add(a, b):\n    return a + b",
    "php": "<?php\nfunction add($a, $b) { return $a + $b; }",
}
UNITTEST = "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): self.assertEqual(add(1, 2), 3)\n"
NODE_TEST = 'const {test} = require("node:test");\nconst assert = require("assert");\n'
FORMS = [
    ("javascript", "console.assert(add(1, 2) === 3);"),
    ("javascript", "const t = () => {\n  console.assert(add(1, 2) === 3, 'three')\n}\nt()"),
    ("javascript", NODE_TEST + 'test("x", () => { assert.equal(add(1, 2), 3); });'),
    ("javascript", "function test(a) { if (a !== 3) throw 'no'; }\ntest(add(1, 2));"),
    ("typescript", "console.assert(add(1, 2) === 3);"),
    (
        "csharp",
        "class T { public static void Main(string[] a) { System.Diagnostics.Debug.Assert(P.Add(1, 2) == 3); } }",
    ),
    ("csharp", 'class T { public static void Main(string[] a) { Trace.Assert(P.Add(1, 2) == 3, "x"); } }'),
    ("kotlin", "fun main() { assert(add(1, 2) == 3) }"),
    ("kotlin", 'fun main() { assert(add(1, 2) == 3) { "x" } }'),
    ("ruby", "require 'test/unit'\nclass T < Test::Unit::TestCase\n  def test_a = assert_equal(3, add(1, 2))\nend"),
    ("ruby", "require 'minitest/autorun'\nclass T < Minitest::Test\n  def test_a = assert_equal(3, add(1, 2))\nend"),
    ("ruby", "require 'minitest/autorun'\ndescribe 'x' do\n  it('y') { _(add(1, 2)).must_equal 3 }\nend"),
    ("python", UNITTEST),
    ("python", f"{UNITTEST}unittest.main()\n"),
    ("python", f"{UNITTEST}if __name__ == '__main__':\n    unittest.main(\n        exit=False)\n"),
    ("python", "def test_a(): assert add(1, 2) == 3\n"),
    ("python", "async def test_a(): assert add(1, 2) == 3\n"),
    (
        "python",
        "class TestA:\n    def setup_method(self): self.a = 1\n    def test_a(self): assert add(self.a, 2) == 3\n",
    ),
    ("python", "from solution import add\n\ndef test_a():\n    assert add(1, 2) == 3\n"),
]


@pytest.mark.parametrize(("language", "test"), FORMS)
def test_a_wrong_program_fails_and_a_right_one_passes(language: str, test: str) -> None:
    right = PROGRAMS[language]
    tested = TESTED_LANGUAGES[language]
    name = "Add" if language == "csharp" else "add"
    jobs = [tested.with_test(code, TestProgram(test), name) for code in (right, right.replace("+", "-"))]
    outcomes = [judge_program(ran) for ran in runner_of(language).run(jobs)]
    assert [one.reason for one in outcomes] == [None, "test_failed"], outcomes
    assert outcomes[0].passed == 1


@pytest.mark.parametrize(
    ("language", "test", "reason"),
    [
        ("javascript", "test('x', () => { expect(add(1, 2)).toBe(3); });", "a test runner such as Jest"),
        ("javascript", "describe('x', () => { it('y', () => { if (add(1, 2) !== 3) throw 1; }); });", "such as Jest"),
        ("javascript", "function testAdd() { if (add(1, 2) !== 3) throw 1; }", "calls none of them"),
        ("javascript", "const testAdd = () => { if (add(1, 2) !== 3) throw 1; };", "calls none of them"),
        ("typescript", "it('y', () => { expect(add(1, 2)).toBe(3); });", "such as Jest"),
        ("ruby", "describe 'x' do\n  it('y') { expect(add(1, 2)).to eq(3) }\nend", "such as RSpec"),
        ("ruby", "def test_add\n  raise 'x' unless add(1, 2) == 3\nend", "calls none of them"),
        ("php", "function test_add() { assert(add(1, 2) === 3); }", "calls none of them"),
        (
            "php",
            "class T extends PHPUnit\\Framework\\TestCase { function testA() { add(1, 2); } }",
            "calls none of them",
        ),
        ("python", "def check(candidate):\n    assert candidate(1, 2) == 3 and add\n", "calls none of them"),
        ("python", "import doctest\ndoctest.testmod()  # of add\n", "doctests"),
    ],
)
def test_one_that_nothing_here_would_run_is_no_test(language: str, test: str, reason: str) -> None:
    with pytest.raises(Untestable, match=reason):
        TESTED_LANGUAGES[language].with_test(PROGRAMS[language], TestProgram(test), "add")


@pytest.mark.parametrize(
    "replacing",
    [
        "console.assert = () => undefined;",
        "globalThis.console = { assert() {} };",
        "let console = { assert() {} };",
        "Object.defineProperty(console, 'assert', { value: () => undefined });",
    ],
)
def test_a_program_cannot_replace_what_tests_assert_by(replacing: str) -> None:
    code = f"{replacing}\nfunction add(a, b) {{ return a - b; }}"
    job = TESTED_LANGUAGES["javascript"].with_test(code, TestProgram("console.assert(add(1, 2) === 3);"), "add")
    assert judge_program(runner_of("javascript").run([job])[0]).reason == "test_failed"


def test_what_comments_and_texts_say_is_not_imported() -> None:
    comment = "/* numbers from 'zero' to 'nine', require('left-pad') */"
    code = f"{comment}\nconst add = (a, b) => a + b + 0 * 'from \"x\"'.length;"
    job = TESTED_LANGUAGES["javascript"].with_test(code, TestProgram("if (add(1, 2) !== 3) throw 1;"), "add")
    assert judge_program(runner_of("javascript").run([job])[0]).passed == 1
