"""How much the test cases of a seed catch: the share of its solution's broken versions that fail one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from synthcode.verification.cases.case import TestCase, Untestable
from synthcode.verification.cases.comparison import difference
from synthcode.verification.cases.results import read_result
from synthcode.verification.languages.python.mutants import mutants
from synthcode.verification.languages.python.programs import scoring_job, with_cases
from synthcode.verification.running.job import CaseProgram, Job, Ran, Runner
from synthcode.verification.seed_cases import SeedTest

MUTANTS = 20
"""Versions of a solution that are tried."""


def mutation_scores(
    seeds: Sequence[SeedTest],
    cases: Sequence[Sequence[TestCase]],
    runner: Runner,
    count: int = MUTANTS,
    random_seed: int = 0,
) -> list[float | None]:
    """Return the share of broken solutions that the cases catch, from 0 to 1, for each seed.

    A version that raises, hangs or ends itself where the solution answers is caught. A few versions do what the
    solution does, and no case can catch them: 1 is out of reach for many seeds.

    Parameters
    ----------
    seeds
        Python solutions.
    cases
        The cases of each.
    runner
        A runner of scoring jobs.
    count
        How many versions of a solution to try; there may be fewer.
    random_seed
        Decides which.

    Returns
    -------
    list of float or None
        None for a seed that has no cases, or no version that could be run.

    Raises
    ------
    SandboxFailed
        If the sandbox broke.
    """
    jobs: dict[int, Job] = {}
    programs: dict[int, CaseProgram] = {}
    for place, (seed, own) in enumerate(zip(seeds, cases, strict=True)):
        broken = mutants(seed.code, count, f"{random_seed}:{seed.seed_id}") if own else []
        try:
            programs[place] = with_cases(seed.code, seed.entry_point, own)
        except Untestable:
            continue
        if broken:
            jobs[place] = scoring_job(programs[place], broken)
    runs = dict(zip(jobs, runner.run(list(jobs.values())), strict=True))
    return [
        _score(cases[place], programs[place], runs[place]) if place in runs else None for place in range(len(seeds))
    ]


def _score(cases: Sequence[TestCase], program: CaseProgram, ran: Ran) -> float | None:
    results: dict[str, dict[str, str]] = defaultdict(dict)
    for line in ran.lines:
        number, place, result = (*line.split(" ", 2), "")[:3]
        results[number][place] = result
    finished = [found for found in results.values() if "done" in found]
    caught = sum(_is_caught(cases, program, found) for found in finished)
    return round(caught / len(finished), 4) if finished else None


def _is_caught(cases: Sequence[TestCase], program: CaseProgram, found: dict[str, str]) -> bool:
    return any(
        _is_wrong(case, found.get(str(place))) for place, case in enumerate(cases) if place not in program.untestable
    )


def _is_wrong(case: TestCase, text: str | None) -> bool:
    if text is None:
        return True
    try:
        return difference(case, read_result(text)) is not None
    except (ValueError, Untestable):
        return True
