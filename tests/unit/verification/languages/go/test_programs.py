"""Go programs, joined with their tests and run in the sandbox."""

from __future__ import annotations

import pytest

from synthcode.verification.cases.case import Raises, TestCase, Untestable
from synthcode.verification.cases.outcome import Outcome
from synthcode.verification.languages.go.programs import with_cases, with_test
from synthcode.verification.languages.tested import TestProgram
from tests.support.programs.tested_programs import TestedPrograms

CASES = (TestCase(([3, 1],), [1, 3]), TestCase(([],), []))
RIGHT = (
    "func sort_it(items []int) []int { sort.Ints(items); return items }",
    'package sorting\n\nimport ("fmt"; "os"; s "sort"; "sort")\n\n'
    "func main() { fmt.Println(SortIt(nil)) }\nfunc SortIt(items []int) []int { s.Ints(items); return items }",
    "type Sorter struct{}\nfunc (s *Sorter) SortIt(items []int) []int { sort.Ints(items); return items }",
    "type Items []int64\nfunc (Items) sortIt(items Items) Items {\n"
    "sort.Slice(items, func(i, j int) bool { return items[i] < items[j] }); return items }",
    "func SortIt[T int | string](items []T) []T {\n"
    "sort.Slice(items, func(i, j int) bool { return items[i] < items[j] }); return items }",
    "var sortIt = func(items ...float64) (result []float64, err error) { sort.Float64s(items); return items, nil }",
    "func sortIt(items []interface{}) []any {\n"
    "sort.Slice(items, func(i, j int) bool { return items[i].(int) < items[j].(int) }); return items }",
    "func sortIt(items []int) ([]int, bool) { sort.Ints(items); return items, true }",
    "func init() { println(1); print(2) }\nfunc sortIt(harness []int) []int { sort.Ints(harness); return harness }",
)
ENDLESS = "func sortIt(items []int) []int { for { } }"
WRONG = {
    "func sortIt(items []int) []int { return items }": ("test_failed", "([3, 1]) -> [3, 1], expected [1, 3]"),
    "func sortIt(items []int) []int { os.Exit(0); return items }": ("test_failed", "it ended before its tests did"),
    "func sortIt(items []int) []int { return items[5:] }": (
        "test_failed",
        "([3, 1]) -> raises runtime.Error, expected [1, 3]",
    ),
    "func sortIt(items []int) []int { select {} }": (
        "test_failed",
        "fatal error: all goroutines are asleep - deadlock!",
    ),
    "func sortIt(items []int) []int { return sortIt(append(items, 1)) }": (
        "test_failed",
        "goroutine stack exceeds 134217728-byte",
    ),
    "func sortIt(items []int) []int { unused := 1; return items }": ("compile_error", "unused declared but not used"),
    "func sortIt(items []int) []int { return helper(items) }": ("compile_error", "undefined: helper"),
}
MBXP_TEST = TestProgram(
    """
func deepCompare(a interface{}, b interface{}, msg string) bool {
    aJSON, _ := json.Marshal(a)
    bJSON, _ := json.Marshal(b)
    if !reflect.DeepEqual(aJSON, bJSON) { panic(msg) }
    return true
}
func main() { deepCompare(sort_it([]int{2, 1}), []int{1, 2}, "Exception --- test case 0 failed to pass") }
"""
)
TESTING_TEST = TestProgram(
    'func TestSortIt(t *testing.T) {\n\tif x := sort_it([]int{2, 1}); x[0] != 1 { t.Fatalf("got %v", x) }\n}\n',
    'package main\n\nimport (\n\t"sort"\n\t"testing"\n)\n',
)


ASSERTING_TEST = TestProgram(
    """
func TestSortIt(t *testing.T) {
    assert := assert.New(t)
    assert.Equal([]int{1, 2}, sort_it([]int{2, 1}))
    assert.True(len(sort_it([]int{})) == 0)
    assert.InDelta(1.5, 1.5+1e-9, 1e-6)
    assert.ElementsMatch([]int{1, 2, 2}, []int{2, 1, 2})
}
""",
    'import (\n    "sort"\n    "testing"\n    "github.com/stretchr/testify/assert"\n)\n',
)
OWN_TESTS = (MBXP_TEST, TESTING_TEST, ASSERTING_TEST)


@pytest.fixture(scope="module")
def go() -> TestedPrograms:
    return TestedPrograms("go")


def test_a_right_program_passes_in_any_form(go: TestedPrograms) -> None:
    outcomes = go.judge_cases("sort_it", [(code, CASES) for code in RIGHT])
    assert outcomes == [Outcome(2, 2, None, "")] * len(RIGHT)


@pytest.mark.slow
def test_a_wrong_program_fails_with_its_first_message(go: TestedPrograms) -> None:
    outcomes = go.judge_cases("sort_it", [(code, CASES) for code in WRONG])
    for outcome, (reason, detail) in zip(outcomes, WRONG.values(), strict=True):
        assert (outcome.reason, detail in outcome.detail) == (reason, True), outcome


@pytest.mark.slow
def test_an_endless_program_costs_itself_only() -> None:
    programs = [(code, CASES) for code in (RIGHT[0], ENDLESS, RIGHT[0])]
    first, endless, last = TestedPrograms("go", 2).judge_cases("sort_it", programs)
    assert (first.passed, endless.reason, last.passed) == (2, "test_timeout", 2)
    assert "limit exceeded" in endless.detail


@pytest.mark.slow
def test_a_program_passes_the_own_test_of_a_seed_in_any_form(go: TestedPrograms) -> None:
    again = "func deepCompare(a int, b int) bool { return a < b }\n" + RIGHT[0]
    programs = [(code, test) for code in (*RIGHT[:3], again) for test in OWN_TESTS]
    assert [outcome.reason for outcome in go.judge_tests("sort_it", programs)] == [None] * len(programs)


@pytest.mark.slow
def test_a_program_fails_the_own_test_of_a_seed(go: TestedPrograms) -> None:
    wrong = "func SortIt(items []int) []int { return items }"
    early = "func init() { os.Exit(0) }\nfunc SortIt(items []int) []int { return items }"
    programs = [(code, test) for code in (wrong, early) for test in OWN_TESTS]
    outcomes = go.judge_tests("sort_it", programs)
    assert [outcome.detail for outcome in outcomes] == [
        "panic: Exception --- test case 0 failed to pass",
        "got [2 1]",
        "Error: not equal: expected []int{1, 2}, actual []int{2, 1}",
        *["it ended before its tests did"] * 3,
    ]


def test_a_program_of_other_types_than_the_own_test_calls_is_not_judged(go: TestedPrograms) -> None:
    code = "func sort_it(items []string) []string { sort.Strings(items); return items }"
    [outcome] = go.judge_tests("sort_it", [(code, MBXP_TEST)])
    assert (outcome.tests, outcome.reason) == (0, None)
    assert outcome.detail.startswith("its tests do not fit its types: cannot use []int")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("type A struct{}", "it defines no function"),
        ("func f(a, b []int) []int { return a }", "it takes other arguments than 1"),
        ("func f(a []int) error { return nil }", "it returns nothing but an error"),
        ("func f(a string) string { return a }", "an argument of the type string cannot be list"),
        ("func f(a [3]int) int { return a[0] }", "[3]int does not have 2 elements"),
        ("func f(a chan int) int { return 1 }", "an argument of the type chan int cannot be list"),
        (
            'import "github.com/a/b"\nfunc f(a []int) int { return b.X(a) }',
            "it imports github.com/a/b, which is not in",
        ),
        ("type L[T any] struct{}\nfunc (l L[T]) f(a []T) int { return 1 }", "f is a method of a generic type"),
    ],
)
def test_a_program_that_cannot_be_called_says_why(code: str, reason: str) -> None:
    with pytest.raises(Untestable) as found:
        with_cases(code, "f", CASES[:1])
    assert reason in str(found.value)


def test_one_odd_case_is_left_out() -> None:
    cases = (
        TestCase((1,), 2),
        TestCase((2**70,), 2),
        TestCase(("x",), 2),
        TestCase((3,), None),
        TestCase((4,), Raises("ValueError")),
    )
    program = with_cases("func f(a int) int { return a }", "f", cases)
    assert program.untestable == {
        1: f"{2**70:.3g} is beyond int",
        2: "an argument of the type int cannot be str",
        3: "a result of the type int cannot be None",
        4: "it has no way to say that it fails",
    }


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("func panic(x any) {}", "it declares panic anew"),
        ("var (\n\ta = 1\n\ttrue = false\n)", "it declares true anew"),
        ("type string int", "it declares string anew"),
        ("type I int\nfunc (I) MarshalJSON() ([]byte, error) { return nil, nil }", "how its values are written"),
    ],
)
def test_a_program_that_changes_what_a_test_says_is_not_judged_by_it(code: str, reason: str) -> None:
    with pytest.raises(Untestable, match=reason):
        with_test(f"{code}\n{RIGHT[0]}", MBXP_TEST, "sort_it")


def test_a_test_that_calls_nothing_of_the_program_is_refused() -> None:
    with pytest.raises(Untestable, match="neither a main nor"):
        with_test("func f() int { return 1 }", TestProgram("func other() {}"), "f")
