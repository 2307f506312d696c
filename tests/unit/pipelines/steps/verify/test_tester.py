"""Tests that are run elsewhere: the same verdicts, and only with the same toolchain."""

from __future__ import annotations

import pickle

import pytest

from synthcode.errors import WorkerError
from synthcode.pipelines.steps.verify.tester import Tester, Work
from synthcode.verification.config import VerifyConfig
from synthcode.verification.seed_cases import SeedTest
from synthcode.verification.verify import Candidate

SEED = SeedTest("a", "python", "def f(n):\n    return n + n", "f", "assert f(2) == 4\nassert f(9) == 18")


def elsewhere(tester: Tester) -> Tester:
    arrived = pickle.loads(pickle.dumps(tester))  # noqa: S301
    assert isinstance(arrived, Tester)
    return arrived


def test_another_machine_finds_the_same() -> None:
    tester = Tester(VerifyConfig(more_inputs=2, mutants=0))
    [(seed, cases)] = tester.find_cases([SEED])
    assert seed is SEED
    right, wrong = (Candidate(code, "f", "checked", None, cases) for code in (SEED.code, "def f(n):\n    return n"))
    work = Work("python", (b"1", b"2"), (right, wrong))
    here, there = dict(tester.run(work)), dict(elsewhere(tester).run(work))
    assert [here[key].reason for key in (b"1", b"2")] == [None, "test_failed"]
    assert [there[key]._replace(seconds=0.0) for key in here] == [one._replace(seconds=0.0) for one in here.values()]
    [(_, found)] = elsewhere(tester).find_cases([SEED])
    assert found == cases


def test_another_toolchain_is_refused() -> None:
    tester = Tester(VerifyConfig())
    tester._toolchains["python"] = tester.toolchain("python")._replace(version="Python 9\x1b[31m")
    assert tester.find_cases([]) == []
    with pytest.raises(WorkerError, match="a node of the cluster has another toolchain for python: ") as caught:
        elsewhere(tester).find_cases([SEED])
    assert "\x1b" not in str(caught.value)
    assert caught.value.fix == "install the same on every node, or run the command with --executor processes"
