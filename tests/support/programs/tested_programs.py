"""Programs that are run with their tests by a language's own runner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from synthcode.verification.benches import open_bench
from synthcode.verification.cases.case import TestCase
from synthcode.verification.cases.outcome import Outcome, judge_cases, judge_program
from synthcode.verification.languages.csharp.runner import CSharpRunner
from synthcode.verification.languages.jvm.runner import JvmRunner
from synthcode.verification.languages.tested import TestedLanguage, TestProgram
from synthcode.verification.languages.typescript.runner import TypeScriptRunner
from synthcode.verification.running.compiled import CompiledRunner
from synthcode.verification.running.job import Job, Ran, Runner
from synthcode.verification.running.parallel import ParallelRunner
from synthcode.verification.running.patient import PATIENCE, run_alone
from synthcode.verification.running.programs import RUN_LIMITS, ProgramRunner
from synthcode.verification.sandboxes.sandbox import why_no_sandbox


class TestedPrograms:
    """Runs programs of one language, within low limits; skips a test if the language's tools are missing.

    Parameters
    ----------
    language
        Its name.
    cpu_s
        Seconds of the processor, for one program; ten times as many by the wall clock.
    is_patient
        Whether a program that runs out of time by the wall clock is run once more, with more of it, as 'verify' does:
        the machine may be busy, and Mono may hang.
    """

    __test__ = False

    def __init__(self, language: str, cpu_s: int = 4, *, is_patient: bool = True) -> None:
        self.is_patient = is_patient
        problem = why_no_sandbox()
        if problem is not None:
            pytest.skip(f"needs a sandbox: {problem}")
        bench = open_bench(language)
        if bench.runner is None and not bench.is_broken:
            pytest.skip(f"needs a compiler or interpreter: {bench.problem}")
        assert bench.runner is not None, bench.problem
        assert bench.language is not None
        self.language: TestedLanguage = bench.language
        self.runner = _limited(bench.runner, cpu_s)

    def run(self, jobs: Sequence[Job]) -> list[Ran]:
        """Run jobs."""
        ran = self.runner.run(jobs)
        if not self.is_patient:
            return ran
        patient = self.runner.with_patience(PATIENCE)
        return [
            run_alone(patient, job) if one.status == "timed_out" and not one.used_up else one
            for job, one in zip(jobs, ran, strict=True)
        ]

    def judge_cases(self, entry_point: str, programs: Sequence[tuple[str, Sequence[TestCase]]]) -> list[Outcome]:
        """Return what cases say of programs."""
        joined = [self.language.with_cases(code, entry_point, cases) for code, cases in programs]
        runs = self.run([program.job for program in joined])
        return [
            judge_cases(cases, program, ran) for (_, cases), program, ran in zip(programs, joined, runs, strict=True)
        ]

    def judge_tests(self, entry_point: str, programs: Sequence[tuple[str, TestProgram]]) -> list[Outcome]:
        """Return what tests of the seed's own say of programs."""
        jobs = [self.language.with_test(code, test, entry_point) for code, test in programs]
        return [judge_program(ran) for ran in self.run(jobs)]


def _limited(runner: Runner, cpu_s: int) -> Runner:
    lower = {"cpu_s": cpu_s, "wall_s": 10 * cpu_s, "output_bytes": 1 << 18, "scratch_bytes": 64 << 20}
    if isinstance(runner, JvmRunner):
        return replace(runner, limits=replace(RUN_LIMITS, **lower))
    if isinstance(runner, TypeScriptRunner):
        return replace(runner, programs=_limited(runner.programs, cpu_s))
    if isinstance(runner, ParallelRunner):
        return replace(runner, runner=_limited(runner.runner, cpu_s))
    assert isinstance(runner, CompiledRunner | CSharpRunner | ProgramRunner)
    return replace(runner, limits=replace(runner.limits, **lower))
