"""Test cases from the seeds' own Python tests: each is run on the seed's solution, and its calls are recorded.

So tests of any form yield cases, with loops, helpers and random inputs as well. The expected result is what the
solution returned; a test that its own solution fails yields none.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from synthcode.bounded.trees import parse_json
from synthcode.verification.cases.call_sites import CallSite, Position, call_sites
from synthcode.verification.cases.case import Raises, TestCase, Untestable
from synthcode.verification.cases.results import read_result
from synthcode.verification.languages.python.programs import tracing_job
from synthcode.verification.running.job import Ran, Runner

MOST_CASES = 60
"""Of one seed: more calls of a loop say little more."""
_LEVELS = 64


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


def trace_tests(seeds: Sequence[SeedTest], runners: Sequence[Runner]) -> list[SeedCases]:
    """Run each seed's solution with its test and return the calls as cases.

    Parameters
    ----------
    seeds
        Python solutions with Python tests.
    runners
        Two runners of tracing jobs that differ in Python's hash seed: what differs between them depends on chance.

    Raises
    ------
    SandboxFailed
        If the sandbox broke.
    """
    parsed = [_parsed(seed) for seed in seeds]
    places = [place for place, sites in enumerate(parsed) if isinstance(sites, dict)]
    jobs = [tracing_job(seeds[place].code, seeds[place].test, seeds[place].entry_point) for place in places]
    runs = [dict(zip(places, runner.run(jobs), strict=True)) for runner in runners]
    return [
        SeedCases(problem=sites) if isinstance(sites, str) else _cases(sites, [run[place] for run in runs])
        for place, sites in enumerate(parsed)
    ]


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
        return call_sites(seed.test)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "bad_test: it is not Python"


def _cases(sites: dict[Position, CallSite], runs: Sequence[Ran]) -> SeedCases:
    for ran in runs:
        if ran.status != "completed":
            return SeedCases(problem=f"bad_test: the seed's own solution fails it ({ran.message or ran.status})")
    first, *others = ([line.partition(" ")[2] for line in ran.lines] for ran in runs)
    cases: list[TestCase] = []
    left_out: list[str] = []
    for place, line in enumerate(first):
        if any(place >= len(lines) or lines[place] != line for lines in others):
            left_out.append("a result depends on chance")
            continue
        try:
            cases.append(_case(parse_json(line, _LEVELS), sites))
        except Untestable as reason:
            left_out.append(str(reason))
        except (ValueError, TypeError, KeyError, RecursionError):
            left_out.append("a call cannot be read")
    unique = tuple({json.dumps(repr(case.arguments)): case for case in reversed(cases)}.values())[::-1]
    problem = "" if unique else f"no test: {next(iter(left_out), 'it never calls the entry point')}"
    return SeedCases(unique[:MOST_CASES], problem, left_out=tuple(dict.fromkeys(left_out)))


def _case(call: dict[str, Any], sites: dict[Position, CallSite]) -> TestCase:
    if isinstance(call["arguments"], dict):
        raise Untestable(f"it is called with {call['arguments'].get('other')}")
    arguments = tuple(_argument(item) for item in call["arguments"])
    result = read_result(json.dumps(call["result"]))
    if isinstance(result, Raises):
        return TestCase(arguments, result)
    first, last, start, end = call["at"]
    site = sites.get((first, last, start, end))
    if site is None:
        raise Untestable("its result is not compared by equality")
    if site.is_truth and not isinstance(result, bool):
        raise Untestable("only the truth of its result is looked at")
    return TestCase(arguments, result, "seed", site.tolerance, site.ignores_order)


def _argument(tree: Any) -> Any:
    value = read_result(json.dumps(tree))
    if isinstance(value, Raises):
        raise ValueError("not a value")
    return value


def seed_tests(rows: Iterable[dict[str, Any]]) -> list[SeedTest]:
    """Return the seeds that have a Python test, from rows of the seeds table."""
    found = []
    for row in rows:
        test = dict(row["tests"] or ()).get("python")
        if test:
            found.append(SeedTest(row["seed_id"], row["language"], row["code"], row["entry_point"] or "", test))
    return found
