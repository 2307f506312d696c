"""TypeScript programs, run with tests in the sandbox."""

from __future__ import annotations

import pytest

from synthcode.verification.cases.case import TestCase, Untestable
from synthcode.verification.cases.outcome import Outcome, judge_cases, judge_program
from synthcode.verification.languages.tested import TestProgram
from synthcode.verification.languages.typescript import TYPESCRIPT
from synthcode.verification.running.job import Job, Ran
from tests.support.programs.benches import runner_of

CASES = (TestCase(({"a": [1]}, (2, "x"), {3}), 3),)
OWN = TestProgram("import * as assert from 'assert'\nassert.deepEqual(sum_All([1, 2]), 3);")


def ran(*jobs: Job) -> list[Ran]:
    return runner_of("typescript").run(jobs)


def cases_of(*codes: str) -> list[Outcome]:
    programs = [TYPESCRIPT.with_cases(code, "sum_all", CASES) for code in codes]
    results = ran(*(program.job for program in programs))
    return [judge_cases(CASES, program, one) for program, one in zip(programs, results, strict=True)]


@pytest.mark.slow
def test_right_programs_pass_in_any_form() -> None:
    body = "(m: Map<string, number[]>, t: [number, string], s: Set<number>): number { return m.get('a')![0] + t[0]; }"
    record = "(m: Record<string, number[]>, t: [number, string], s?: Set<number>): number => m.a[0] + t[0]"
    codes = [
        f"function sumAll{body}",
        f"export function sumAll{body}",
        f"export default class Sums {{ private static n: number = 0; static sumAll{body} }}",
        f"class Sums {{ constructor(readonly n: number = 1) {{}} sumAll{body} }}",
        f"const sumAll = {record};",
        f"interface Row {{ n: number }}\nenum Kind {{ A, B }}\nexport const sumAll = {record};",
        "namespace N { export const one: number = 1; }\nfunction sumAll(...all: any[]): number { return N.one + 2; }",
    ]
    assert cases_of(*codes) == [Outcome(1, 1, None, "")] * len(codes)


def test_a_program_that_is_refused_or_wrong_costs_only_itself() -> None:
    good = "function sumAll(...all: unknown[]): number { return 3; }"
    refused, passed, wrong, stopped = cases_of(
        "function sumAll(a: number { return 3; }",
        good,
        "function sumAll(...all: unknown[]): number { return 4; }",
        "function sumAll(...all: unknown[]): number { process.exit(0); }",
    )
    assert (refused.reason, refused.detail) == ("compile_error", "',' expected.")
    assert passed.reason is None
    assert wrong.detail.endswith("-> 4, expected 3")
    assert stopped.detail == "it ended before its tests did"


def own_test_of(code: str) -> Outcome:
    return judge_program(ran(TYPESCRIPT.with_test(code, OWN, "sum_all"))[0])


@pytest.mark.slow
def test_the_seeds_own_test() -> None:
    assert own_test_of("const sumAll = (n: number[]): number => n[0] + n[1];").reason is None
    assert "AssertionError" in own_test_of("function sumAll(n: number[]): number { return 0; }").detail


def test_a_program_with_open_brackets_does_not_swallow_its_test() -> None:
    assert own_test_of("function sum_All(n: number[]): number { return 3; }\n/* ").reason == "compile_error"


def test_a_program_without_a_function_is_untestable() -> None:
    with pytest.raises(Untestable, match="no function"):
        TYPESCRIPT.with_cases("type A = number;", "sum_all", CASES)


def test_imports_that_the_compiler_leaves_out_need_no_package() -> None:
    unused = "import * as math from 'mathjs'\nimport { type Heap as Own, Row } from 'heap-js';\n"
    code = "function sumAll(...all: any[]): number { return 3; }"
    assert cases_of(unused + code) == [Outcome(1, 1, None, "")]
    with pytest.raises(Untestable, match="needs the package mathjs"):
        TYPESCRIPT.with_cases(unused + code.replace("3", "math.add(1, 2)"), "sum_all", CASES)
    with pytest.raises(Untestable, match="needs the package heap-js"):
        TYPESCRIPT.with_cases(unused + code.replace("3", "new Own(1)"), "sum_all", CASES)
