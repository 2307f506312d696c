"""PHP programs, run with tests in the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from synthcode.verification.cases.case import Raises, TestCase, Untestable
from synthcode.verification.cases.outcome import Outcome, judge_cases, judge_program
from synthcode.verification.languages.php import PHP
from synthcode.verification.languages.tested import TestProgram
from tests.support.programs.benches import runner_of

SORTED = (TestCase(([3, 1],), [1, 3]), TestCase(([],), []))
OWN = TestProgram("if (sortIt([2, 1]) != [1, 2]) { throw new Exception('Error at 1th assert statement.'); }")


def cases_of(code: str, cases: tuple[TestCase, ...] = SORTED) -> Outcome:
    program = PHP.with_cases(code, "sort_it", cases)
    return judge_cases(cases, program, runner_of("php").run([program.job])[0])


def own_test_of(code: str) -> Outcome:
    return judge_program(runner_of("php").run([PHP.with_test(code, OWN, "sort_it")])[0])


BODY = "{ sort($items); return $items; }"


@pytest.mark.parametrize(
    "code",
    [
        f"<?php\nfunction sortIt($items) {BODY}",
        f"function sort_it(array $items): array {BODY}",
        f"<?php\ndeclare(strict_types=1);\nnamespace App\\Sorting;\nfunction sortIt(array $items, $x = 1) {BODY}",
        f"<?php\nfunction sortIt($items) {BODY}\n?>",
        f"<?php\nfunction sortIt($items) {BODY}\necho 'in the middle of a line';",
        f"<?php\nclass Sorter {{ public static function sortIt($items) {BODY} }}",
        f"<?php\nclass Sorter {{ private $x = 1; public function sortIt($items) {BODY} }}",
        "<?php\n$sortIt = function ($items) { sort($items); return $items; };",
        "<?php\nfunction sortIt($items) { sort($items); foreach ($items as $item) yield $item; }",
        f"<?php\nfunction sortIt($items) {BODY}\nob_start();\necho 1;",
        f"<?php\nfunction sortIt(&$items) {BODY}",
    ],
)
def test_a_right_program_passes_in_any_form(code: str) -> None:
    assert cases_of(code) == Outcome(2, 2, None, "")


VALUES: list[Any] = [
    *(None, True, False, 0, -7, 2**63 - 1, 0.5, 3.0, -1e300, float("inf"), float("-inf"), float("nan")),
    *("", "a'\"\\\n\t\0é😀$x", [], [[1], ["x"]], (1, "a"), {}, {"a": [1]}, {2: "b"}, {0: "a", 1: "b"}, {1, 2}, set()),
]


def test_every_value_survives_the_way_there_and_back() -> None:
    cases = tuple(TestCase((value,), value) for value in VALUES)
    assert cases_of("function sortIt($x) { return $x; }", cases) == Outcome(len(VALUES), len(VALUES), None, "")


def test_text_that_is_a_number_equals_it() -> None:
    cases = (TestCase(([3, 1],), [3, 1.5, "x"]),)
    assert cases_of("function sortIt($x) { return ['3', '1.50', 'x']; }", cases) == Outcome(1, 1, None, "")
    for result in ("['03', '1.5', 'x']", "['3', '1.6', 'x']", "['3', '1.5', '0x']"):
        assert cases_of(f"function sortIt($x) {{ return {result}; }}", cases).reason == "test_failed"


def test_arguments_that_a_signature_refuses_are_not_judged() -> None:
    cases = (TestCase((None,), None), TestCase((1.5,), 3.0), TestCase(("a",), "a"), TestCase((2,), 4))
    found = cases_of("function sortIt(int $x) { return 2 * $x; }", cases[-1:] * 3 + cases[:3])
    assert (found.tests, found.passed, found.reason) == (3, 3, None)
    inner = "function sortIt($x) { return (fn(int $y) => $y)($x); }"
    assert cases_of(inner, cases[2:3]).reason == "test_failed"


def test_a_raised_error_is_a_result() -> None:
    cases = (TestCase((1,), Raises("ValueError")), TestCase((2,), 2))
    code = "function sortIt($n) { if ($n === 1) throw new InvalidArgumentException('no'); return $n; }"
    assert cases_of(code, cases) == Outcome(2, 2, None, "")


@pytest.mark.parametrize(
    ("code", "reason", "detail"),
    [
        ("function sortIt($items) { return true; }", "test_failed", "([3, 1]) -> True, expected [1, 3]"),
        ("function sortIt($items) { return nothing(); }", "test_failed", "Error: Call to undefined function nothing()"),
        ("throw new Exception('at once'); function sortIt($items) {}", "test_failed", "Exception: at once"),
        ("function sortIt($items) { exit(); }", "test_failed", "it ended before its tests did"),
        (
            "function sortIt($items) { while (true) { $all[] = str_repeat('x', 1 << 20); } }",
            "test_failed",
            "memory size",
        ),
        ("function sortIt($items) { return sortIt($items; }", "test_failed", "ParseError"),
    ],
)
def test_a_wrong_program_fails_with_its_first_message(code: str, reason: str, detail: str) -> None:
    outcome = cases_of(code)
    assert outcome.reason == reason
    assert detail in outcome.detail


@pytest.mark.parametrize(
    "code",
    [
        "exit(0); function sortIt($x) {}",
        "echo stream_get_contents(STDIN) . ' end'; exit(0); function sortIt($x) {}",
        "function sortIt($x) { return [2, 1]; }\nregister_shutdown_function(fn() => exit(0));",
        "function sortIt($x) { echo json_encode(get_defined_vars()), ' end'; foreach (debug_backtrace() as $f) "
        "foreach ($f['args'] ?? [] as $a) if (is_string($a)) echo \"\\n$a end\\n\"; exit(0); }",
        "<?php function sortIt($x) { return 1; } ?>",
        "<?php function sortIt($x) { return 1; } ?>\ntext } ",
    ],
)
def test_a_wrong_program_cannot_pass_its_own_test(code: str) -> None:
    assert own_test_of(code).reason == "test_failed"


def test_the_seeds_own_test_calls_the_program_by_its_name_there() -> None:
    assert own_test_of("function sort_it($items) { sort($items); return $items; }").reason is None
    assert own_test_of("class S { static function sortIt($items) { sort($items); return $items; } }").reason is None
    assert own_test_of("<?php namespace A; function sortIt($items) { \\sort($items); return $items; }").reason is None
    assert own_test_of("function sortIt($items) { return 3; }").detail == "Exception: Error at 1th assert statement."


def test_what_does_not_fit_is_untestable() -> None:
    values = [(2**70,), ({1.5: 2},), ({"12": 2},), ("\ud800",), (), (1,)]
    program = PHP.with_cases("function sortIt($n) { return $n; }", "sort_it", [TestCase(one, 1) for one in values])
    assert set(program.untestable) == {0, 1, 2, 3, 4}
    with pytest.raises(Untestable, match="no function that can be called"):
        PHP.with_cases("$x = 1;", "sort_it", SORTED)
