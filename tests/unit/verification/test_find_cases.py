"""The cases of seeds: recorded, derived, and scored."""

from __future__ import annotations

from synthcode.verification.benches import open_bench
from synthcode.verification.config import VerifyConfig
from synthcode.verification.find_cases import find_cases
from synthcode.verification.seed_cases import SeedTest

PYTHON = SeedTest("a", "python", "def f(n):\n    return n + n", "f", "assert f(2) == 4\nassert f(9) == 18")
JAVA = SeedTest("b", "java", "class A {}", "f", "assert f(2) == 4")


def test_a_seed_has_the_cases_of_its_test_and_more_and_a_score() -> None:
    one, other = find_cases([PYTHON, JAVA], VerifyConfig(), open_bench("python"))
    assert {case.origin for case in one.cases} == {"seed", "more"}
    assert one.mutation_score == 1.0  # n - n is the only broken version
    assert [case.arguments for case in other.cases] == [(2,)]
    assert other.mutation_score is None


def test_more_inputs_and_the_score_can_be_left_out() -> None:
    [one] = find_cases([PYTHON], VerifyConfig(more_inputs=0, mutants=0), open_bench("python"))
    assert [case.arguments for case in one.cases] == [(2,), (9,)]
    assert one.mutation_score is None
