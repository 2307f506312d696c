"""Verdicts on many programs: by the release's own tests, and by cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

from synthcode.pipelines.steps.verify.known_tests import BATCH_PROGRAMS
from synthcode.verification.benches import TestBench
from synthcode.verification.cases.case import TestCase, Untestable
from synthcode.verification.cases.outcome import Outcome, judge_cases, judge_program
from synthcode.verification.languages import python
from synthcode.verification.more_inputs import more_cases
from synthcode.verification.mutation_score import MUTANTS, mutation_scores
from synthcode.verification.programs import find_tool
from synthcode.verification.running.job import Job, Ran
from synthcode.verification.sandboxes.sandbox import open_sandbox
from synthcode.verification.seed_cases import SeedCases, SeedTest, trace_tests
from verifying.loose import passes_loosely
from verifying.releases.release import Problem

Item = TypeVar("Item")
Result = TypeVar("Result")

WORKERS = 2
JOBS_AT_ONCE = 2 * BATCH_PROGRAMS
"""``verify`` hands over so many: most translations have two jobs."""

Verdict = Outcome | str
"""What tests say; or why they cannot be run."""


class Program(NamedTuple):
    """A program to be judged by cases."""

    code: str
    entry_point: str
    cases: Sequence[TestCase]


class CasesOfSeed(NamedTuple):
    """The cases of a Python seed."""

    own: SeedCases
    more: tuple[TestCase, ...]
    original_score: float | None
    """The share of the solution's broken versions that its own cases catch."""
    score: float | None
    """That of all cases."""

    @property
    def cases(self) -> tuple[TestCase, ...]:
        return (*self.own.cases, *self.more)


class Judged(NamedTuple):
    """A program with what both kinds of tests say of it."""

    problem: Problem
    own: Verdict
    """By the release's own test."""
    ruled: Verdict
    """By cases."""
    passes_loosely: bool
    """Whether it passes the original cases by the equality of the release's test."""


def passes(verdict: Verdict) -> bool:
    return isinstance(verdict, Outcome) and verdict.reason is None and verdict.tests > 0


def fails(verdict: Verdict) -> bool:
    return isinstance(verdict, Outcome) and verdict.reason is not None


def reason_of(verdict: Verdict) -> str:
    """Return why a program fails, or why its test says nothing of it, without the compiler's words."""
    return verdict if isinstance(verdict, str) else verdict.reason or verdict.detail.partition(":")[0]


def fails_original(verdict: Verdict) -> bool:
    """Return whether a program fails a case that the seed's own test holds."""
    return isinstance(verdict, Outcome) and "seed" in verdict.failed_origins


def cases_of(seeds: Sequence[SeedTest], *, scored: bool = False) -> dict[str, CasesOfSeed]:
    """Return the cases of Python seeds by their id."""
    tool = find_tool("python3")
    assert tool is not None
    box = open_sandbox((tool,))
    tracing, answering = python.tracing_runner(tool, box), python.answering_runners(tool, box)
    scoring = python.scoring_runner(tool, box)

    def of_batch(batch: Sequence[SeedTest]) -> list[CasesOfSeed]:
        found = trace_tests(batch, tracing, answering[1])
        more = more_cases(batch, found, answering)
        original = [one.cases for one in found]
        both = [(*one, *other) for one, other in zip(original, more, strict=True)]
        scores = [mutation_scores(batch, cases, scoring, MUTANTS if scored else 0) for cases in (original, both)]
        return list(map(CasesOfSeed, found, more, *scores))

    found = _in_batches(of_batch, seeds, size=8)
    return {seed.seed_id: one for seed, one in zip(seeds, found, strict=True)}


def by_own_tests(bench: TestBench, problems: Sequence[Problem], codes: Sequence[str] | None = None) -> list[Verdict]:
    """Judge programs by the release's own tests; ``codes`` are other programs for the same problems."""
    assert bench.language is not None
    jobs: dict[int, Job] = {}
    verdicts: dict[int, Verdict] = {}
    for place, (problem, code) in enumerate(zip(problems, codes or [one.code for one in problems], strict=True)):
        test = problem.own_test(bench.language.needs)
        try:
            jobs[place] = bench.language.with_test(code, test, problem.entry_point)
        except Untestable as reason:
            verdicts[place] = str(reason)
    for place, ran in zip(jobs, run_all(bench, list(jobs.values())), strict=True):
        verdicts[place] = judge_program(ran)
    return [verdicts[place] for place in range(len(problems))]


def by_cases(bench: TestBench, programs: Sequence[Program]) -> list[tuple[Verdict, bool]]:
    """Judge programs by cases: as verification compares, and whether they pass the original ones loosely."""
    assert bench.language is not None
    joined = {}
    verdicts: dict[int, tuple[Verdict, bool]] = {}
    for place, program in enumerate(programs):
        try:
            joined[place] = bench.language.with_cases(program.code, program.entry_point, program.cases)
        except Untestable as reason:
            verdicts[place] = str(reason), False
    for place, ran in zip(joined, run_all(bench, [one.job for one in joined.values()]), strict=True):
        cases = programs[place].cases
        outcome = judge_cases(cases, joined[place], ran)
        loosely = passes_loosely(bench.language.name, cases, joined[place], ran)
        verdicts[place] = (outcome if outcome.tests else outcome.detail or "no case fits it", loosely)
    return [verdicts[place] for place in range(len(programs))]


def by_both(
    bench: TestBench, problems: Sequence[Problem], found: Mapping[str, CasesOfSeed], codes: Sequence[str] | None = None
) -> list[Judged]:
    """Judge programs by both; those that the language's compiler rejects are left out."""
    own = by_own_tests(bench, problems, codes)
    ruled = by_cases(bench, programs(problems, found, codes))
    judged = [Judged(problem, one, *other) for problem, one, other in zip(problems, own, ruled, strict=True)]
    return [one for one in judged if isinstance(one.own, str) or one.own.reason != "compile_error"]


def both_judge(judged: Sequence[Judged]) -> list[Judged]:
    """Return the programs that both kinds of tests could be run on."""
    return [one for one in judged if all(isinstance(said, Outcome) and said.tests for said in (one.own, one.ruled))]


def programs(
    problems: Sequence[Problem], found: Mapping[str, CasesOfSeed], codes: Sequence[str] | None = None
) -> list[Program]:
    """Return programs with the cases of their problems; ``codes`` are other programs for the same problems."""
    codes = codes or [one.code for one in problems]
    return [
        Program(code, problem.entry_point, found[problem.number].cases if problem.number in found else ())
        for problem, code in zip(problems, codes, strict=True)
    ]


def run_all(bench: TestBench, jobs: Sequence[Job]) -> list[Ran]:
    """Run jobs on both cores."""
    assert bench.runner is not None
    return _in_batches(bench.runner.run, jobs, size=min(JOBS_AT_ONCE, max(1, -(-len(jobs) // WORKERS))))


def _in_batches(judge: Callable[[Sequence[Item]], list[Result]], items: Sequence[Item], size: int) -> list[Result]:
    batches = [items[start : start + size] for start in range(0, len(items), size)]
    with ThreadPoolExecutor(WORKERS) as pool:
        return [result for batch in pool.map(judge, batches) for result in batch]
