"""How much the cases of a seed catch of its broken versions."""

from __future__ import annotations

import pytest

from synthcode.verification.cases.case import TestCase
from synthcode.verification.languages.python import scoring_runner
from synthcode.verification.mutation_score import mutation_scores
from synthcode.verification.programs import find_tool
from synthcode.verification.sandboxes.sandbox import open_sandbox
from synthcode.verification.seed_cases import SeedTest


def scores(*seeds: tuple[str, list[TestCase]], count: int = 20) -> list[float | None]:
    python = find_tool("python3")
    assert python is not None
    tests = [SeedTest(str(number), "python", code, "f", "") for number, (code, _) in enumerate(seeds)]
    return mutation_scores(tests, [cases for _, cases in seeds], scoring_runner(python, open_sandbox((python,))), count)


@pytest.mark.parametrize(
    ("cases", "score"),
    [
        ([TestCase((2, 2), 4)], 0.0),  # a * b and a + b: the only version adds
        ([TestCase((2, 3), 6)], 1.0),
    ],
)
def test_a_version_is_caught_by_a_case_that_differs(cases: list[TestCase], score: float) -> None:
    assert scores(("def f(a, b):\n    return a * b", cases)) == [score]


def test_the_share_of_versions_is_counted() -> None:
    code = "def f(n):\n    if n > 3:\n        return 1\n    return 2"
    # n >= 3, n > 4, not n > 3, 2 for 1, 3 for 2
    assert scores((code, [TestCase((9,), 1)])) == [0.4]
    assert scores((code, [TestCase((9,), 1), TestCase((1,), 2)])) == [0.6]
    assert scores((code, [TestCase((3,), 2), TestCase((4,), 1)])) == [1.0]


def test_a_version_that_hangs_kills_itself_or_raises_is_caught() -> None:
    endless = "def f(n):\n    while n > 0:\n        n -= 1\n    return n"
    dying = "import os\ndef f(n):\n    if n == 1:\n        os.kill(os.getpid(), 9)\n    return [7][n]"
    found = scores((endless, [TestCase((3,), 0)]), (dying, [TestCase((0,), 7)]))
    assert found[0] is not None
    assert found[0] >= 0.75  # n >= 0 ends at -1; n += 1 and a negated condition do not end or return at once
    assert found[1] is not None
    assert found[1] >= 0.5


def test_only_the_processors_time_ends_a_version() -> None:
    # Each version is stopped for longer than one may sleep, as one that a busy machine does not run.
    paused = (
        "import os, signal, time\nif not os.fork():\n    time.sleep(2.5)\n    os.kill(os.getppid(), signal.SIGCONT)\n"
    )
    paused += "    os._exit(0)\nos.kill(os.getpid(), signal.SIGSTOP)\n"
    code = f"exec({paused!r})\ndef f(n):\n    return n > 3"
    assert scores((code, [TestCase((4,), True)])) == [0.6667]  # n > 4 and a changed text are caught, n >= 3 is not


def test_a_version_that_sleeps_is_ended() -> None:
    code = "import time\ndef f(n):\n    if n > 3:\n        time.sleep(600)\n    return 7"
    [score] = scores((code, [TestCase((1,), 7)]))
    assert score is not None
    assert score > 0


def test_no_score_without_cases_or_versions() -> None:
    one = TestCase((1,), 1)
    assert scores(
        ("def f(n):\n    return n + 1", []),
        ("def f(n):\n    return n", [one]),
        ("def f(n:\n", [one]),
        ("x = 1", [one]),
    ) == [None, None, None, None]
    assert scores(("def f(n):\n    return n + 1", [TestCase((1,), 2)]), count=0) == [None]
