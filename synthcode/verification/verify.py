"""Running translations with their tests: which level each one reaches, and why one fails.

A seed's own test for the language comes first, then the cases of its Python test, then cases on more inputs. A
translation is never blamed for what its seed, the harness or the machine does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from synthcode.errors import SandboxFailed
from synthcode.verification.benches import CONTROL_CASES, TestBench
from synthcode.verification.cases.case import Untestable
from synthcode.verification.cases.outcome import Outcome, judge_cases, judge_program
from synthcode.verification.compiling.compile import Judgement, judge_safely
from synthcode.verification.compiling.controls import examine
from synthcode.verification.languages.tested import TestedLanguage, TestProgram
from synthcode.verification.newer_versions import needs_newer
from synthcode.verification.running.job import CaseProgram, Job, Ran, Runner
from synthcode.verification.running.patient import with_patience
from synthcode.verification.seed_cases import SeedCases
from synthcode.vocabulary import Level, VerifyReason, at_least

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{4,16}\b")


class Candidate(NamedTuple):
    """A translation with what can test it."""

    code: str
    entry_point: str
    """The function's name in the seed."""
    level: Level
    """What it has reached so far."""
    test: TestProgram | None
    """The seed's own test for this language."""
    cases: SeedCases
    """Of the seed's Python test."""


class Verified(NamedTuple):
    """What tests say of a translation."""

    level: Level
    """The highest one that it has reached."""
    tests: int
    """Own tests and cases that were run."""
    passed: int
    reason: VerifyReason | None = None
    """Why it is rejected."""
    detail: str = ""
    """What failed first, or why it was not tested."""
    seconds: float = 0.0
    more_tests: int = 0
    """Cases on further inputs that were run."""
    more_passed: int = 0
    more_reason: VerifyReason | None = None
    """Why it would be rejected if it had to pass those as well."""
    more_detail: str = ""


class _Plan(NamedTuple):
    """The jobs of a candidate, or why there is none."""

    own: Job | str
    by_rule: CaseProgram | str


def verify(language: str, candidates: Sequence[Candidate], bench: TestBench) -> list[Verified]:
    """Run translations into one language with their tests, and compile those that no test has passed.

    Parameters
    ----------
    language
        Of the translations.
    candidates
        The translations; 30 to 60 at a time suit compilers that take many.
    bench
        The language's runner, from ``open_bench``.

    Returns
    -------
    list of Verified
        One each. A translation that nothing can test keeps its level, or is raised to what its compiler says.

    Raises
    ------
    SandboxUnavailable, SandboxFailed
        If the sandbox or a toolchain broke: nothing is known of any candidate then.
    """
    if bench.language is None or bench.runner is None:
        why = f"toolchain broken: {bench.problem}" if bench.is_broken else f"no toolchain: {bench.problem}"
        verdicts = [Verified(one.level, 0, 0, detail=why) for one in candidates]
    else:
        verdicts = _tested(candidates, bench.language, bench.runner)
    return _compiled(language, candidates, verdicts)


def _tested(candidates: Sequence[Candidate], language: TestedLanguage, runner: Runner) -> list[Verified]:
    plans = [_plan(one, language) for one in candidates]
    jobs = [plan.own for plan in plans if isinstance(plan.own, Job)]
    jobs += [plan.by_rule.job for plan in plans if isinstance(plan.by_rule, CaseProgram)]
    ran = iter(_run_safely(jobs, language, runner))
    own = [next(ran) if isinstance(plan.own, Job) else None for plan in plans]
    by_rule = [next(ran) if isinstance(plan.by_rule, CaseProgram) else None for plan in plans]
    return [_verdict(language, *four) for four in zip(candidates, plans, own, by_rule, strict=True)]


def _plan(one: Candidate, language: TestedLanguage) -> _Plan:
    own: Job | str
    by_rule: CaseProgram | str
    try:
        own = _own_job(one, language) if one.test is not None else "no test"
    except Untestable as why:
        own = f"untestable: {why}"
    try:
        cases = one.cases.cases
        by_rule = language.with_cases(one.code, one.entry_point, cases) if cases else one.cases.problem or "no test"
    except Untestable as why:
        by_rule = f"untestable: {why}"
    return _Plan(own, by_rule)


def _own_job(one: Candidate, language: TestedLanguage) -> Job:
    assert one.test is not None
    for package in one.test.needs:
        if package not in language.needs:
            raise Untestable(f"its own test needs the package {package}")
    return language.with_test(one.code, one.test, one.entry_point)


def _run_safely(jobs: Sequence[Job], language: TestedLanguage, runner: Runner) -> list[Ran]:
    """Run jobs together with a program that is known to be good; what may be the machine's fault is run again."""
    if not jobs:
        return []
    control = language.with_cases(language.controls.good, "add", CONTROL_CASES).job
    *ran, last = runner.run([*jobs, control])
    [last] = with_patience(runner, [control], [last])
    if last.status != "completed":
        raise SandboxFailed(
            f"{language.tools[0]} does not work any more: a program known to be good fails "
            f"({last.message or last.status})",
            "see what it is with: synthcode doctor; no program was rejected because of this",
        )
    return with_patience(runner, jobs, ran)


def _verdict(language: TestedLanguage, one: Candidate, plan: _Plan, own: Ran | None, by_rule: Ran | None) -> Verified:
    cases = None
    if by_rule is not None and isinstance(plan.by_rule, CaseProgram):
        cases = judge_cases(one.cases.cases, plan.by_rule, by_rule)
    seconds = sum(ran.seconds for ran in (own, by_rule) if ran is not None)
    by_own = judge_program(own) if own is not None else None
    if by_own is not None and not by_own.tests:  # the test does not fit: nothing is known
        plan, by_own = plan._replace(own=f"untestable: {by_own.detail}"), None
    verdict = _weighed(one, by_own, cases)
    if verdict.reason in ("compile_error", "test_failed") and needs_newer(language.name, one.code, verdict.detail):
        why = f"untestable: it may need a newer version of its language: {verdict.detail}"
        verdict = Verified(one.level, 0, 0, detail=why)
    if verdict.level != "tested" and verdict.reason is None and not verdict.detail:
        verdict = verdict._replace(detail=_why_untested(plan, cases))
    detail, more_detail = (_ADDRESS.sub("0x...", text) for text in (verdict.detail, verdict.more_detail))
    return verdict._replace(detail=detail, more_detail=more_detail, seconds=round(seconds, 3))


def _weighed(one: Candidate, own: Outcome | None, cases: Outcome | None) -> Verified:
    """Weigh the seed's own test against the cases of its Python test: a harness that does not fit rejects nothing."""
    agree = cases is not None and cases.passed > 0 and "seed" not in cases.failed_origins
    if own is None or (own.reason == "compile_error" and agree):
        return _by_cases(one, cases)
    if own.reason is None:
        return _passed_own(one, own, cases, agree=agree)
    if agree:
        why = f"disputed: its own test fails ({own.detail}), but the cases of its Python test pass"
        return Verified(one.level, own.tests, own.passed, detail=why)
    if one.cases.problem.startswith("bad_test"):
        why = f"{one.cases.problem}; its own test fails, too ({own.detail})"
        return Verified(one.level, own.tests, own.passed, detail=why)
    return Verified(one.level, own.tests, own.passed, own.reason, own.detail)


def _passed_own(one: Candidate, own: Outcome, cases: Outcome | None, *, agree: bool) -> Verified:
    if cases is None or not cases.tests:
        return Verified("tested", own.tests, own.passed)
    if not agree:
        # It may have forged the end of its own test, or that test compares loosely: == of PHP takes true for any text.
        why = f"disputed: its own test passes, but the cases of its Python test do not ({cases.detail})"
        return Verified(one.level, own.tests, own.passed, detail=why)
    return _with_more(Verified("tested", own.tests, own.passed), cases)


def _by_cases(one: Candidate, cases: Outcome | None) -> Verified:
    if cases is None or not cases.tests:
        return Verified(one.level, 0, 0)
    if cases.reason is None or "seed" not in cases.failed_origins:
        return _with_more(Verified("tested", 0, 0), cases)
    tests, passed = cases.tests - cases.more_tests, cases.passed - cases.more_passed
    return Verified(one.level, tests, passed, cases.reason, cases.detail)


def _with_more(verdict: Verified, cases: Outcome) -> Verified:
    """Add the cases, those on further inputs apart: the seed's tests say nothing of these."""
    verdict = verdict._replace(
        tests=verdict.tests + cases.tests - cases.more_tests,
        passed=verdict.passed + cases.passed - cases.more_passed,
        more_tests=cases.more_tests,
        more_passed=cases.more_passed,
    )
    if cases.reason is None:
        return verdict
    return verdict._replace(more_reason=cases.reason, more_detail=f"further input: {cases.detail}")


def _why_untested(plan: _Plan, cases: Outcome | None) -> str:
    """Return why there was nothing to run: of the seed's own test, if there is one."""
    if isinstance(plan.own, str) and plan.own != "no test":
        return plan.own
    if isinstance(plan.by_rule, str):
        return plan.by_rule
    return f"untestable: {cases.detail if cases is not None else 'no case could be run'}"


def _compiled(language: str, candidates: Sequence[Candidate], verdicts: Sequence[Verified]) -> list[Verified]:
    """Compile what no test has passed, if this machine has a compiler for it."""
    left = [place for place, verdict in enumerate(verdicts) if verdict.level in ("syntax", "checked")]
    toolchain = examine(language).toolchain if left else None
    found = list(verdicts)
    if toolchain is not None:
        judgements = judge_safely([candidates[place].code for place in left], toolchain)
        for place, judgement in zip(left, judgements, strict=True):
            found[place] = _with_judgement(found[place], judgement)
    return found


def _with_judgement(verdict: Verified, judgement: Judgement) -> Verified:
    if judgement.level is None:
        if verdict.reason in (None, "compile_error"):
            return verdict._replace(reason="compile_error", detail=judgement.problem or verdict.detail)
        return verdict  # it ran: whatever this compiler dislikes is not why it fails
    level = judgement.level if at_least(judgement.level, verdict.level) else verdict.level
    if verdict.reason == "compile_error" and level == "compiled":
        why = f"untestable: the compiler takes it, but not together with its tests ({verdict.detail})"
        return verdict._replace(level=level, tests=0, passed=0, reason=None, detail=why)
    return verdict._replace(level=level)
