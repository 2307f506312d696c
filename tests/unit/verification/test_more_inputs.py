"""More cases from a seed's own solution."""

from __future__ import annotations

from synthcode.verification.cases.case import Raises, TestCase
from synthcode.verification.languages.python import answering_runners
from synthcode.verification.more_inputs import more_cases
from synthcode.verification.programs import find_tool
from synthcode.verification.sandboxes.sandbox import open_sandbox
from synthcode.verification.seed_cases import SeedCases, SeedTest


def more(code: str, *cases: TestCase, count: int = 30) -> tuple[TestCase, ...]:
    python = find_tool("python3")
    assert python is not None
    seed = SeedTest("s", "python", code, "f", "")
    runners = answering_runners(python, open_sandbox((python,)))
    return more_cases([seed], [SeedCases(cases)], runners, count)[0]


def test_the_solution_answers_further_inputs() -> None:
    found = more("def f(a, b):\n    return a * b", TestCase((2, 3), 6), TestCase((7, 5), 35))
    assert len(found) > 10
    assert all(case.expected == case.arguments[0] * case.arguments[1] for case in found)
    assert {case.origin for case in found} == {"more"}


def test_inputs_on_which_it_raises_or_answers_in_another_type_are_dropped() -> None:
    code = "def f(n):\n    if n % 3 == 0:\n        raise ValueError\n    return n if n % 3 == 1 else None"
    found = more(code, TestCase((1,), 1), TestCase((31,), 31), TestCase((3,), Raises("ValueError")))
    assert found
    assert all(case.arguments[0] % 3 == 1 for case in found)


def test_answers_that_depend_on_chance_or_leave_32_bits_are_dropped() -> None:
    cases = (TestCase((2,), 2), TestCase((40,), 40))
    assert more("import random\ndef f(n):\n    return random.getrandbits(60)", *cases) == ()
    assert (
        more(
            "def f(n):\n    return ''.join({'a', 'b', 'c', 'd', 'e', str(n)})",
            TestCase((2,), "a"),
            TestCase((40,), "a"),
        )
        == ()
    )
    found = more("def f(n):\n    return 2 ** n", TestCase((1,), 2), TestCase((40,), 4), count=40)
    assert found
    assert all(case.arguments[0] <= 30 for case in found)


def test_negative_answers_need_a_recorded_one() -> None:
    code = "def f(items, n):\n    return items.index(n) if n in items else -1"
    cases = (TestCase(([4, 9, 2], 9), 1), TestCase(([5, 3, 8, 1], 1), 3), TestCase(([5, 3], 5), 0))
    answers = [case.expected for case in more(code, *cases)]
    assert all(isinstance(answer, int) and answer >= 0 for answer in answers)
    negative = TestCase(([7, 6], 2), -1)
    assert any(case.expected == -1 for case in more(code, *cases, negative))


def test_answers_that_are_read_from_a_set_may_come_in_any_order() -> None:
    found = more(
        "def f(items):\n    return list(set(items))", TestCase(([4, 9, 2],), [4, 9, 2]), TestCase(([5, 3],), [5, 3])
    )
    assert found
    assert all(case.ignores_order for case in found if isinstance(case.expected, list) and len(case.expected) > 1)


def test_no_case_without_recorded_arguments() -> None:
    assert more("def f():\n    return 1", TestCase((), 1)) == ()
    assert more("def f(n):\n    return n") == ()


def test_what_recorded_calls_left_out_further_calls_leave_out() -> None:
    cases = [TestCase((number, 2), 2 * number, given=1, names=("n", "k")) for number in (3, 8, 20)]
    found = more("def f(n, k=2):\n    return n * k", *cases)
    assert found
    assert {(case.arguments[1], case.given, case.names) for case in found} == {(2, 1, ("n", "k"))}
