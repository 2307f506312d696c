"""Processes of the tests share what they found out about compilers that work, and try all others themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthcode.verification.benches import TestBench
from tests.support.suite.shared_examinations import Shared

ARGUMENTS = ("c", "/usr/bin", "bubblewrap")


class Examination:
    """Counts the times that a compiler is tried."""

    def __init__(self, problem: str = "") -> None:
        self.times, self.problem = 0, problem

    def __call__(self, language: str, path: str, sandbox: str) -> TestBench:
        self.times += 1
        return TestBench(None, None, f"version {self.times} of {language}", self.problem)


@pytest.fixture
def examination() -> Examination:
    return Examination()


def test_what_works_is_tried_by_one_process(examination: Examination, tmp_path: Path) -> None:
    first, second = Shared(examination, tmp_path), Shared(examination, tmp_path)
    assert first(*ARGUMENTS) == second(*ARGUMENTS) == TestBench(None, None, "version 1 of c")
    assert first("cpp", *ARGUMENTS[1:]).version == "version 2 of cpp"
    assert first("c", "/bin", "bubblewrap").version == "version 3 of c"


def test_what_does_not_work_is_tried_by_each(examination: Examination, tmp_path: Path) -> None:
    examination.problem = "it refuses all"
    assert [Shared(examination, tmp_path)(*ARGUMENTS).version for _ in range(2)] == ["version 1 of c", "version 2 of c"]


@pytest.mark.parametrize("name", ["PATH", "SYNTHCODE_NODE_PACKAGES", "HOME"])
def test_another_environment_is_another_examination(
    name: str, examination: Examination, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the process knows it: what a test puts on the PATH in vain must not be run, so it has to be tried."""
    shared = Shared(examination, tmp_path)
    assert shared(*ARGUMENTS).version == "version 1 of c"
    monkeypatch.setenv(name, str(tmp_path))
    assert shared(*ARGUMENTS).version == "version 2 of c"
    monkeypatch.undo()
    assert shared(*ARGUMENTS).version == "version 1 of c"


def test_what_is_forgotten_is_tried_again(examination: Examination, tmp_path: Path) -> None:
    shared = Shared(examination, tmp_path)
    shared(*ARGUMENTS)
    shared.cache_clear()
    assert [shared(*ARGUMENTS).version for _ in range(2)] == ["version 2 of c"] * 2
