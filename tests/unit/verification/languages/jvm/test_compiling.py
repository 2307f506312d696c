"""Compiling many sources in one virtual machine."""

from __future__ import annotations

import pytest

from synthcode.verification.languages.jvm import compiling
from synthcode.verification.languages.jvm.runner import JvmRunner
from synthcode.verification.running.job import Job
from tests.support.programs.benches import runner_of


@pytest.mark.toolchains
def test_only_a_source_that_takes_too_much_of_the_processor_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    runner = runner_of("java")
    assert isinstance(runner, JvmRunner)
    jobs = [Job({"Main.java": f"class A{number} {{ }}"}) for number in range(2)]
    assert [list(one.classes) for one, _ in runner.compiler.compile(jobs)] == [["A0"], ["A1"]]
    monkeypatch.setattr(compiling, "SECONDS", 0)
    [(one, _)] = runner.compiler.compile(jobs[:1])
    assert (one.classes, one.message) == ({}, "the compiler takes too long")
