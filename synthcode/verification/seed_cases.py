"""Test cases from the seeds' own Python tests: each is run on the seed's solution, and its calls are recorded.

So tests of any form yield cases, with loops, helpers and random inputs as well. The expected result is what the
solution returned; a test that its own solution fails yields none.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from synthcode.bounded.trees import parse_json
from synthcode.entry_points import find_entry_point
from synthcode.languages import LANGUAGES
from synthcode.schemas.test_programs import parts_of
from synthcode.verification.cases.call_sites import CallSite, Position, call_sites
from synthcode.verification.cases.case import Raises, TestCase, Untestable, Value
from synthcode.verification.cases.comparison import repeated
from synthcode.verification.cases.outcome import results_of
from synthcode.verification.cases.results import read_result
from synthcode.verification.languages.python.programs import answering_job, tracing_job, with_cases
from synthcode.verification.running.job import CaseProgram, Ran, Runner

MOST_CASES = 60
"""Of one seed: more calls of a loop say little more."""
NO_ANSWER = object()
_LEVELS = 64
_EXACT = 2**53
"""Below it floats stand for single integers."""


@dataclass(frozen=True)
class SeedTest:
    """A seed's solution with its Python test."""

    seed_id: str
    language: str
    code: str
    entry_point: str
    test: str


@dataclass(frozen=True)
class SeedCases:
    """The test cases of a seed."""

    cases: tuple[TestCase, ...] = ()
    problem: str = ""
    """Why there are none; or empty."""
    mutation_score: float | None = None
    """The share of broken solutions that the cases catch; None if it was not measured."""
    left_out: tuple[str, ...] = field(default=(), compare=False)
    """Why some calls of the test are left out."""


def trace_tests(seeds: Sequence[SeedTest], tracing: Runner, answering: Runner) -> list[SeedCases]:
    """Run each seed's solution with its test and return the calls as cases.

    Parameters
    ----------
    seeds
        Python solutions with Python tests.
    tracing
        Runs tracing jobs.
    answering
        Runs answering jobs, with sets in another order: it calls each solution again on the recorded arguments. A
        sequence in another order is then compared in any order, and another result is left out.

    Raises
    ------
    SandboxFailed
        If the sandbox broke.
    """
    parsed = [_parsed(seed) for seed in seeds]
    places = [place for place, sites in enumerate(parsed) if isinstance(sites, dict)]
    jobs = [tracing_job(seeds[place].code, seeds[place].test, seeds[place].entry_point) for place in places]
    runs = dict(zip(places, tracing.run(jobs), strict=True))
    found = [
        SeedCases(problem=sites) if isinstance(sites, str) else _cases(sites, runs[place])
        for place, sites in enumerate(parsed)
    ]
    return _repeated(seeds, found, answering)


def literal_cases(seed: SeedTest) -> SeedCases:
    """Return the cases of a test whose solution is not Python: calls that are asserted to equal a literal."""
    sites = _parsed(seed)
    if isinstance(sites, str):
        return SeedCases(problem=sites)
    cases = []
    for node in ast.walk(ast.parse(seed.test)):
        if not isinstance(node, ast.Compare) or not isinstance(node.left, ast.Call) or len(node.comparators) != 1:
            continue
        call = node.left
        site = sites.get((call.lineno, call.end_lineno or 0, call.col_offset, call.end_col_offset or 0))
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if site is None or site.is_truth or call.keywords or name not in ("candidate", seed.entry_point):
            continue
        try:
            arguments = tuple(ast.literal_eval(argument) for argument in call.args)
            expected = ast.literal_eval(node.comparators[0])
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
        cases.append(TestCase(arguments, expected, "seed", site.tolerance, site.ignores_order))
    return SeedCases(tuple(cases[:MOST_CASES]), "" if cases else "no test: no call is compared with a literal")


def _parsed(seed: SeedTest) -> dict[Position, CallSite] | str:
    """Return the calls of a test, or why it cannot be used."""
    if not seed.entry_point.isidentifier():
        return "no test: the seed names no entry point"
    try:
        if any(getattr(node, "name", None) == seed.entry_point for node in ast.parse(seed.test).body):
            return "no test: the test defines the entry point itself; leave the solution out, or write {{solution}}"
        return call_sites(seed.test)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "bad_test: it is not Python"


def _cases(sites: dict[Position, CallSite], ran: Ran) -> SeedCases:
    if ran.status != "completed":
        return SeedCases(
            problem=f"bad_test: the seed's own solution fails it ({ran.message or ran.status.replace('_', ' ')})"
        )
    cases: list[TestCase] = []
    left_out: list[str] = []
    for line in ran.lines:
        try:
            cases.append(_case(parse_json(line.partition(" ")[2], _LEVELS), sites))
        except Untestable as reason:
            left_out.append(str(reason))
        except (ValueError, TypeError, KeyError, RecursionError):
            left_out.append("a call cannot be read")
    unique = tuple({(repr(case.arguments), case.given): case for case in reversed(cases)}.values())[::-1]
    return _found(unique[:MOST_CASES], left_out)


def _found(cases: tuple[TestCase, ...], left_out: Sequence[str]) -> SeedCases:
    problem = "" if cases else f"no test: {next(iter(left_out), 'it never calls the entry point')}"
    return SeedCases(cases, problem, left_out=tuple(dict.fromkeys(left_out)))


def _repeated(seeds: Sequence[SeedTest], found: Sequence[SeedCases], answering: Runner) -> list[SeedCases]:
    """Call the solutions again, with integers for whole floats, and keep what they answer alike."""
    programs = [case_program(seed, with_integers(one.cases)) for seed, one in zip(seeds, found, strict=True)]
    places = [place for place, program in enumerate(programs) if program is not None]
    jobs = [answering_job(program) for program in programs if program is not None]
    runs = dict(zip(places, answering.run(jobs), strict=True))
    return [
        _answered_alike(one, results_of(runs[place])) if place in runs else replace(one, cases=())
        for place, one in enumerate(found)
    ]


def _answered_alike(found: SeedCases, again: Mapping[int, Sequence[str]]) -> SeedCases:
    cases = []
    left_out = list(found.left_out)
    for place, case in enumerate(found.cases):
        repeated_case = repeated(case, answer) if (answer := read_answer(again.get(place))) is not NO_ANSWER else None
        if repeated_case is None:
            left_out.append("a result depends on chance, or on whether a number is an integer")
        else:
            cases.append(repeated_case)
    return _found(tuple(cases), left_out)


def with_integers(cases: Sequence[TestCase]) -> list[TestCase]:
    """Return cases in which integers stand for floats such as ``3.0``: most languages cannot tell them apart."""
    return [replace(case, arguments=tuple(map(_as_integers, case.arguments))) for case in cases]


def _as_integers(value: Value) -> Value:
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    if isinstance(value, list | tuple | set):
        return type(value)(map(_as_integers, value))
    if isinstance(value, dict):
        return {_as_integers(key): _as_integers(item) for key, item in value.items()}
    return value


def case_program(seed: SeedTest, cases: Sequence[TestCase]) -> CaseProgram | None:
    """Return a seed's solution with cases; None if none can be called."""
    try:
        return with_cases(seed.code, seed.entry_point, cases) if cases else None
    except Untestable:
        return None


def read_answer(texts: Sequence[str] | None) -> Value | Raises:
    """Return what a solution answered; ``NO_ANSWER`` if it did not, or with a value that no other language has."""
    try:
        return read_result(texts[0]) if texts else NO_ANSWER
    except (Untestable, ValueError):
        return NO_ANSWER


def _case(call: dict[str, Any], sites: dict[Position, CallSite]) -> TestCase:
    if isinstance(call["arguments"], dict):
        raise Untestable(f"it is called with {call['arguments'].get('other')}")
    arguments = tuple(_argument(item) for item in call["arguments"])
    result = read_result(json.dumps(call["result"]))
    if isinstance(result, Raises):
        return TestCase(arguments, result, given=call["given"], names=tuple(call["names"]))
    first, last, start, end = call["at"]
    site = sites.get((first, last, start, end))
    if site is None:
        raise Untestable("its result is not compared by equality")
    if site.is_truth and not isinstance(result, bool):
        raise Untestable("only the truth of its result is looked at")
    return TestCase(arguments, result, "seed", site.tolerance, site.ignores_order, call["given"], tuple(call["names"]))


def _argument(tree: Any) -> Any:
    value = read_result(json.dumps(tree))
    if isinstance(value, Raises):
        raise ValueError("not a value")
    return value


def seed_tests(rows: Iterable[dict[str, Any]]) -> list[SeedTest]:
    """Return the seeds that have a Python test, from rows of the seeds table.

    A seed that names no entry point has that which callers of its solution would call.
    """
    found = []
    for row in rows:
        test = dict(row["tests"] or ()).get("python")
        if test:
            before, after = parts_of(test)
            code = (
                f"{before.rstrip()}\n\n{row['code']}" if before.strip() and row["language"] == "python" else row["code"]
            )
            entry_point = row["entry_point"] or find_entry_point(row["code"], LANGUAGES[row["language"]], None)
            found.append(SeedTest(row["seed_id"], row["language"], code, entry_point or "", after))
    return found
