"""JavaScript programs, run with tests in the sandbox."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from synthcode.verification.cases.case import Raises, TestCase, Untestable
from synthcode.verification.cases.outcome import Outcome, judge_cases, judge_program
from synthcode.verification.languages.javascript import JAVASCRIPT
from synthcode.verification.languages.javascript.packages import VARIABLE, install_command
from synthcode.verification.languages.javascript.programs import required_packages
from synthcode.verification.languages.tested import TestProgram
from synthcode.verification.running.job import Job, Ran
from tests.support.programs.tested_programs import TestedPrograms

SORTED = (TestCase(([3, 1],), [1, 3]), TestCase(([],), []))
OWN = TestProgram("if (sortIt([2, 1])[0] !== 1) { throw 'Error at 1th assert statement'; }")


def ran(*jobs: Job, cpu_s: int = 10) -> list[Ran]:
    return TestedPrograms("javascript", cpu_s).run(jobs)


def cases_of(code: str, cases: tuple[TestCase, ...] = SORTED, cpu_s: int = 10) -> Outcome:
    program = JAVASCRIPT.with_cases(code, "sort_it", cases)
    return judge_cases(cases, program, ran(program.job, cpu_s=cpu_s)[0])


def own_test_of(code: str) -> Outcome:
    return judge_program(ran(JAVASCRIPT.with_test(code, OWN, "sort_it"))[0])


@pytest.mark.parametrize(
    "code",
    [
        "function sortIt(items) { console.log('x'); return [...items].sort(); }",
        "const sort_it = (items, key = null) => items.slice().sort();",
        "'use strict';\nlet sortIt = function (items) { return items.sort(); };\nmodule.exports = sortIt;",
        "module.exports = { sortIt: function (items) { return items.sort(); } };",
        "exports.sortIt = (items) => items.sort();",
        "class Sorter { static sortIt(items) { return Sorter.go(items); } static go(items) { return items.sort(); } }",
        "class Sorter { constructor() { this.by = undefined; } sortIt(items) { return items.sort(this.by); } }",
        "class Sorter { static sortIt = (items) => items.sort(); }",
        "const Sorter = { sortIt(items) { return items.sort(); } };",
        "const Sorter = { sortIt: (items) => items.sort() };",
        "export function sortIt(items) { return items.sort(); }",
        "export default function sortIt(items) { return items.sort(); }",
        "import { inspect } from 'util';\nconst sortIt = (items) => { inspect(1); return items.sort(); };",
        "async function sortIt(items) { await null; return items.sort(); }",
        "function* sortIt(items) { yield* items.sort(); }",
        "function sortIt(items) { return new Int32Array(items).sort(); }",
        "Array.prototype.toJSON = () => 1; JSON.stringify = () => 1;\nfunction sortIt(items) { return items.sort(); }",
    ],
)
def test_a_right_program_passes_in_any_form(code: str) -> None:
    assert cases_of(code) == Outcome(2, 2, None, "")


VALUES: list[Any] = [
    *(None, True, False, 0, -7, 2**53 - 1, 0.5, -1e300, float("inf"), float("-inf"), float("nan")),
    *("", 'a"\\\n\t\0é😀\u2028', "\ud800", [], [[1], ["x"]], (1, "a"), {}, {"a": [1]}, {2: "b"}, {(1, 2): 3}),
    *(set(), {1, 2}, {"k": {"n": None}}),
]


def test_every_value_survives_the_way_there_and_back() -> None:
    cases = tuple(TestCase((value,), value) for value in VALUES)
    assert cases_of("function sortIt(x) { return x; }", cases) == Outcome(len(VALUES), len(VALUES), None, "")


def test_a_mapping_may_be_an_object_or_a_map_and_a_set_an_array() -> None:
    cases = (TestCase(({"a": 1, "b": 2}, {5, 6}), 3),)
    for total in ("Object.values(m)", "[...m.values()]", "Array.from(m, ([key, value]) => value)"):
        code = f"function sortIt(m, s) {{ return {total}.reduce((x, y) => x + y, 0); }}"
        assert cases_of(code, cases) == Outcome(1, 1, None, ""), total
    assert cases_of("function sortIt(m, s) { return s.map((x) => x).length + 1; }", cases) == Outcome(1, 1, None, "")


def test_a_raised_error_is_a_result() -> None:
    cases = (TestCase((1,), Raises("ValueError")), TestCase((2,), 2))
    code = "function sortIt(n) { if (n === 1) throw new RangeError('no'); return n; }"
    assert cases_of(code, cases) == Outcome(2, 2, None, "")


@pytest.mark.parametrize(
    ("code", "reason", "detail"),
    [
        ("function sortIt(items) { return items; }", "test_failed", "([3, 1]) -> [3, 1], expected [1, 3]"),
        ("function sortIt(items) { return total; }", "test_failed", "raises ReferenceError"),
        ("throw new Error('at once');\nfunction sortIt(items) {}", "test_failed", "Error: at once"),
        ("function sortIt(items) { process.exit(0); }", "test_failed", "it ended before its tests did"),
        ("function sortIt(items) { return new Promise(() => {}); }", "test_failed", "it ended before its tests did"),
        ("function sortIt(items) { process.kill(process.pid, 'SIGSEGV'); }", "test_crash", ""),
        pytest.param(
            *(
                "function sortIt(items) { const all = []; for (;;) all.push(new Array(1e5).fill(1)); }",
                "test_crash",
                "",
            ),
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_wrong_program_fails_with_its_first_message(code: str, reason: str, detail: str) -> None:
    outcome = cases_of(code)
    assert outcome.reason == reason
    assert detail in outcome.detail


@pytest.mark.slow
def test_an_endless_loop_is_stopped() -> None:
    assert cases_of("function sortIt(items) { for (;;); }", cpu_s=1).reason == "test_timeout"


@pytest.mark.parametrize(
    "code",
    [
        "process.exit(0); function sortIt() {}",
        "process.reallyExit(0); function sortIt() {}",
        "console.log(require('fs').readFileSync(0, 'utf8') + ' end'); process.exit(0); function sortIt() {}",
        "process.emit('beforeExit', 0); process.exit(0); function sortIt() {}",
        "setTimeout(() => process.exit(0)); function sortIt() { for (;;) break; return [2]; }",
        "process.on('uncaughtException', () => {}); function sortIt() { return [2]; }",
        "return; function sortIt() {}",
        "function sortIt() {} /*",
        "function sortIt() {} if (false) {",
    ],
)
def test_a_wrong_program_cannot_pass_its_own_test(code: str) -> None:
    assert own_test_of(code).reason == "test_failed"


@pytest.mark.parametrize(
    "code",
    [
        "function sort_it(items) { return items.sort(); }",
        "const Sorter = { sortIt: (items) => items.sort() };",
        "module.exports = { sortIt: (items) => items.sort() };",
        "export const sortIt = (items) => items.sort();",
        "import { ok } from 'node:assert';\nexport default function sortIt(items) { ok(items); return items.sort(); }",
        "const assert = require('assert');\nfunction sortIt(items) { assert(items); return items.sort(); }",
        "const assert = () => 1;\nlet items = 1;\nvar sortIt = (items) => items.sort();",
    ],
)
def test_the_seeds_own_test_calls_the_program_by_its_name_there(code: str) -> None:
    before = "const assert = require('assert');"
    tests = (OWN, replace(OWN, before=before), TestProgram(f"{before}\nassert.deepEqual(sortIt([2, 1]), [1, 2]);"))
    outcomes = map(judge_program, ran(*(JAVASCRIPT.with_test(code, test, "sort_it") for test in tests)))
    assert [outcome.reason for outcome in outcomes] == [None] * 3


def test_a_failed_test_is_reported_with_its_message() -> None:
    failed = own_test_of("function sortIt(items) { return items; }")
    assert failed == Outcome(1, 0, "test_failed", "Error at 1th assert statement", frozenset({"seed"}))


def test_a_package_is_taken_from_the_folder_that_npm_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    test = TestProgram("const _ = require('lodash');\nif (_.first(sortIt([2, 1])) !== 1) throw 'no';")
    with pytest.raises(Untestable, match="npm install --prefix"):
        JAVASCRIPT.with_test("function sortIt(x) { return x.sort(); }", test, "sort_it")
    assert str(tmp_path) in install_command("lodash")
    module = tmp_path / "node_modules/lodash/lodash.js"
    module.parent.mkdir(parents=True)
    module.write_text("exports.first = (items) => items[0];")
    from synthcode.verification.languages.javascript import packages

    packages._content.cache_clear()
    job = JAVASCRIPT.with_test("function sortIt(x) { return x.sort(); }", test, "sort_it")
    assert job.needs == ("lodash",)
    assert judge_program(ran(job)[0]).reason is None


def test_what_a_test_compares_by_cannot_be_replaced() -> None:
    test = TestProgram("require('assert').deepEqual(sortIt([2, 1]), [1, 2]);")
    code = "const assert = require('assert'); assert.deepEqual = () => {}; function sortIt(items) { return items; }"
    assert "AssertionError" in judge_program(ran(JAVASCRIPT.with_test(code, test, "sort_it"))[0]).detail


def test_a_package_that_nothing_can_install_makes_a_program_untestable() -> None:
    code = "import { sort } from 'left-sort';\nexport function sortIt(items) { return sort(items); }"
    with pytest.raises(Untestable, match="needs the package left-sort"):
        JAVASCRIPT.with_cases(code, "sort_it", SORTED)
    for name in ("fs", "node:fs", "fs/promises", "./other.js"):
        assert required_packages(f"const x = require('{name}'); import y from \"{name}\"; import '{name}';") == ()


def test_what_a_program_prints_is_never_part_of_a_result() -> None:
    code = """function sortIt(items) {
        console.log("y".repeat(40000));
        process.stdout.write("no newline");
        return new Array(9000).fill(items);
    }"""
    cases = tuple(TestCase((text,), [text] * 9000) for text in ("abc", "é"))
    assert cases_of(code, cases) == Outcome(2, 2, None, "")


def test_integers_of_more_than_53_bits_are_compared_as_what_they_are_rounded_to() -> None:
    cases = (TestCase((25,), 15511210043330985984000000), TestCase((20,), 2432902008176640000))
    code = "function sortIt(n) { let product = 1; for (let i = 2; i <= n; i++) product *= i; return product; }"
    assert cases_of(code, cases) == Outcome(2, 2, None, "")
    assert cases_of(code.replace("<=", "<"), cases).passed == 0
    exact = code.replace("= 1;", "= 1n;").replace("*= i", "*= BigInt(i)")
    assert cases_of(exact, cases) == Outcome(2, 2, None, "")
    assert cases_of(exact.replace("return product", "return product + 1n"), cases).passed == 0


def test_what_does_not_fit_is_untestable() -> None:
    cases = (TestCase((2**60 + 1,), 1), TestCase(([10**400],), 1), TestCase((), 1), TestCase((2**60,), 2**60))
    program = JAVASCRIPT.with_cases("function sortIt(n) { return n; }", "sort_it", cases)
    assert program.untestable == {
        0: "an integer has more than 53 bits",
        1: "an integer has more than 53 bits",
        2: "it takes 1 arguments, not 0",
    }
    with pytest.raises(Untestable, match="no function that can be called"):
        JAVASCRIPT.with_cases("const x = 1;", "sort_it", cases)
