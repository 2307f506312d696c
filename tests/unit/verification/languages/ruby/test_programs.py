"""Ruby programs, run with tests in the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from synthcode.verification.cases.case import Raises, TestCase, Untestable
from synthcode.verification.cases.outcome import Outcome, judge_cases, judge_program
from synthcode.verification.languages.ruby import RUBY
from synthcode.verification.languages.tested import TestProgram
from tests.support.programs.benches import runner_of

SORTED = (TestCase(([3, 1],), [1, 3]), TestCase(([],), []))
OWN = TestProgram('if sort_it([2, 1]) != [1, 2]\n  raise StandardError, "Error at test case 1"\nend')


def cases_of(code: str, cases: tuple[TestCase, ...] = SORTED) -> Outcome:
    program = RUBY.with_cases(code, "sort_it", cases)
    return judge_cases(cases, program, runner_of("ruby").run([program.job])[0])


def own_test_of(code: str) -> Outcome:
    return judge_program(runner_of("ruby").run([RUBY.with_test(code, OWN, "sort_it")])[0])


@pytest.mark.parametrize(
    "code",
    [
        "def sort_it(items)\n  puts 'x'\n  items.sort\nend",
        "def sortIt(items, by: nil, **rest) = items.sort",
        "def sort_it(items, down = false, &block)\n  items.sort!\nend",
        "class Sorter\n  def self.sort_it(items)\n    items.sort\n  end\nend",
        "class Sorter\n  def initialize\n    @x = 1\n  end\n  def sort_it(items)\n    items.sort\n  end\nend",
        "module Sorter\n  def self.sort_it(items) = items.sort\nend",
        "module Sorter\n  module_function\n  def sort_it(items) = items.sort\nend",
        "module Sorter\n  def sort_it(items) = items.sort\nend",
        "sort_it = ->(items) { items.sort }",
        "sort_it = lambda do |items|\n  items.sort\nend",
        "require 'set'\ndef sort_it(items)\n  items.sort.each\nend",
        "class Array\n  def to_json(*) = '1'\n  def join(*) = 'x'\nend\ndef sort_it(items) = items.sort",
    ],
)
def test_a_right_program_passes_in_any_form(code: str) -> None:
    assert cases_of(code) == Outcome(2, 2, None, "")


VALUES: list[Any] = [
    *(None, True, False, 0, -7, 2**80, 0.5, 3.0, -1e300, 1e-7, float("inf"), float("-inf"), float("nan")),
    *("", "a'\"\\\n\t\0é😀#{x}", [], [[1], ["x"]], (1, "a"), {}, {"a": [1]}, {2: "b"}, {(1, 2): 3}, {1, 2}, set()),
]


def test_every_value_survives_the_way_there_and_back() -> None:
    cases = tuple(TestCase((value,), value) for value in VALUES)
    assert cases_of("def sort_it(x) = x", cases) == Outcome(len(VALUES), len(VALUES), None, "")


@pytest.mark.parametrize("body", ["yield n\n    n -= 1", "block.call(n)\n    n -= 1"])
def test_what_a_method_yields_is_its_result(body: str) -> None:
    cases = (TestCase((3,), [3, 2, 1]), TestCase((0,), []))
    block = ", &block" if "block" in body else ""
    code = f"def sort_it(n{block})\n  while n > 0\n    {body}\n  end\nend"
    assert cases_of(code, cases) == Outcome(2, 2, None, "")
    assert cases_of(code.replace("n > 0", "n > 1"), cases).reason == "test_failed"


def test_symbols_structs_and_ranges_have_a_value() -> None:
    assert cases_of("def sort_it(x) = :name", (TestCase((1,), "name"),)).reason is None
    assert cases_of("def sort_it(x) = (1..x)", (TestCase((3,), [1, 2, 3]),)).reason is None
    assert cases_of("P = Struct.new(:a, :b)\ndef sort_it(x) = P.new(x, 2)", (TestCase((1,), (1, 2)),)).reason is None


def test_a_raised_error_is_a_result() -> None:
    cases = (TestCase((1,), Raises("ValueError")), TestCase((2,), 2))
    assert cases_of("def sort_it(n)\n  raise ArgumentError if n == 1\n  n\nend", cases) == Outcome(2, 2, None, "")


@pytest.mark.parametrize(
    ("code", "reason", "detail"),
    [
        ("def sort_it(items) = items", "test_failed", "([3, 1]) -> [3, 1], expected [1, 3]"),
        ("def sort_it(items) = nothing", "test_failed", "raises NameError"),
        ("raise 'at once'\ndef sort_it(items) = 1", "test_failed", "RuntimeError: at once"),
        ("def sort_it(items) = exit", "test_failed", "it ended before its tests did"),
        ("def sort_it(items) = exit!", "test_failed", "it ended before its tests did"),
        ("def sort_it(items) = Process.kill(:SEGV, Process.pid)", "test_crash", ""),
    ],
)
def test_a_wrong_program_fails_with_its_first_message(code: str, reason: str, detail: str) -> None:
    outcome = cases_of(code)
    assert outcome.reason == reason
    assert detail in outcome.detail


@pytest.mark.parametrize(
    "code",
    [
        "exit!(true)\ndef sort_it(x) = 1",
        "puts STDIN.read.to_s + ' end'\nexit\ndef sort_it(x) = 1",
        "at_exit { exit!(0) }\ndef sort_it(x) = 1",
        "class Array\n  def ==(other) = true\n  def !=(other) = false\nend\nexit!\ndef sort_it(x) = 1",
        "def sort_it(x)\n  ObjectSpace.each_object(String) { |s| puts s + ' end' }\n  exit!\nend",
        "def sort_it(x)\n  TOPLEVEL_BINDING.local_variables.each { |n| p n }\n  exit!\nend",
        "=begin\n=end\ndef sort_it(x) = 1\n=begin",
    ],
)
def test_a_wrong_program_cannot_pass_its_own_test(code: str) -> None:
    assert own_test_of(code).reason == "test_failed"


def test_the_seeds_own_test_calls_the_program_by_its_name_there() -> None:
    assert own_test_of("def sortIt(items) = items.sort").reason is None
    assert own_test_of("class S\n  def sort_it(items) = items.sort\nend").reason is None
    assert own_test_of("def sort_it(items) = items").detail == "StandardError: Error at test case 1"


def test_what_does_not_fit_is_untestable() -> None:
    calls = [TestCase(one, 1) for one in (("\ud800",), (), (1, 2), (1,))]
    program = RUBY.with_cases("def sort_it(n) = n", "sort_it", calls)
    assert set(program.untestable) == {0, 1, 2}
    for code in ("x = 1", "def sort_it(a:)\n  a\nend", "def sort_it(x) = x\n__END__\n"):
        with pytest.raises(Untestable):
            RUBY.with_cases(code, "sort_it", SORTED)
