"""More test cases for a seed: its own solution answers inputs that are derived from those in its test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from synthcode.verification.cases.case import Raises, TestCase, Value
from synthcode.verification.cases.comparison import repeated
from synthcode.verification.cases.mutations import InputMutator
from synthcode.verification.cases.outcome import results_of
from synthcode.verification.languages.python.programs import answering_job
from synthcode.verification.running.job import Ran, Runner
from synthcode.verification.seed_cases import (
    NO_ANSWER,
    SeedCases,
    SeedTest,
    case_program,
    read_answer,
    with_integers,
)

MORE_INPUTS = 20
"""Inputs that are tried for a seed; those on which its solution raises, or that chance decides, are dropped."""
_LARGEST = 2**31 - 1
_LARGEST_FLOAT = 1e15
_LONGEST = 2_000
"""Characters of a case: a translation's source holds them all."""


def more_cases(
    seeds: Sequence[SeedTest],
    found: Sequence[SeedCases],
    runners: Sequence[Runner],
    count: int = MORE_INPUTS,
    random_seed: int = 0,
) -> list[tuple[TestCase, ...]]:
    """Return further cases of each seed, from inputs on which its solution gives an answer.

    Parameters
    ----------
    seeds, found
        Python solutions, and the cases of their own tests.
    runners
        Two runners of answering jobs, with sets in different orders. The second one gets integers for whole floats.
        An answer that differs between them is dropped, and a sequence that differs in its order is compared in any
        order.
    count
        Inputs to try for each seed.
    random_seed
        Decides which; the cases of a seed depend on nothing else.

    Raises
    ------
    SandboxFailed
        If the sandbox broke.
    """
    asked = [_inputs(seed, cases.cases, count, random_seed) for seed, cases in zip(seeds, found, strict=True)]
    runs = [
        _answers(runner, seeds, inputs)
        for runner, inputs in zip(runners, (asked, list(map(with_integers, asked))), strict=True)
    ]
    return [
        _answered(asked[place], found[place].cases, [run[place] for run in runs]) if place in runs[0] else ()
        for place in range(len(seeds))
    ]


def _answers(runner: Runner, seeds: Sequence[SeedTest], inputs: Sequence[Sequence[TestCase]]) -> dict[int, Ran]:
    """Call solutions on inputs; return what came of it, by the place of the seed."""
    programs = [case_program(seed, cases) for seed, cases in zip(seeds, inputs, strict=True)]
    jobs = {place: answering_job(program) for place, program in enumerate(programs) if program is not None}
    return dict(zip(jobs, runner.run(list(jobs.values())), strict=True))


def _inputs(seed: SeedTest, cases: Sequence[TestCase], count: int, random_seed: int) -> list[TestCase]:
    recorded = [case.arguments for case in cases if not isinstance(case.expected, Raises)]
    lengths = {len(arguments) for arguments in recorded}
    if len(lengths) != 1 or lengths == {0}:
        return []
    mutator = InputMutator(recorded, f"{random_seed}:{seed.seed_id}")
    inputs = [arguments for arguments in mutator.inputs(count) if len(repr(arguments)) <= _LONGEST]
    tolerance = max(case.tolerance for case in cases)
    ignores_order = any(case.ignores_order for case in cases)
    return [
        TestCase(arguments, None, "more", tolerance, ignores_order, _given(arguments, cases), cases[0].names)
        for arguments in inputs
    ]


def _given(arguments: Sequence[Value], cases: Sequence[TestCase]) -> int | None:
    """Return how many arguments a call with these has to have: a recorded call left out those at the end."""
    left_out = {case.given: repr(case.arguments[case.given :]) for case in cases if case.given is not None}
    return min((count for count, rest in left_out.items() if repr(tuple(arguments[count:])) == rest), default=None)


def _answered(asked: Sequence[TestCase], recorded: Sequence[TestCase], runs: Sequence[Ran]) -> tuple[TestCase, ...]:
    """Return the inputs with the solution's answers, of those that a right translation can be expected to give."""
    answers = [results_of(ran) for ran in runs]
    kinds = {_kind(case.expected) for case in recorded}
    is_small = all(_is_small(case) for case in recorded)
    has_negative = any(_is_negative(case.expected) for case in recorded)
    cases = []
    for place, case in enumerate(asked):
        expected, *again = (read_answer(results.get(place)) for results in answers)
        if NO_ANSWER in (expected, *again) or isinstance(expected, Raises):
            continue
        answered: TestCase | None = replace(case, expected=expected)
        for answer in again:
            answered = repeated(answered, answer) if answered is not None else None
        if answered is None or _kind(expected) not in kinds or (_is_negative(expected) and not has_negative):
            continue  # languages differ in what they return for "not found", for instance
        if _is_small(answered) or not is_small:
            cases.append(answered)
    return tuple(cases)


def _kind(value: Value | Raises) -> type:
    return tuple if isinstance(value, list) else type(value)


def _is_negative(value: Value | Raises) -> bool:
    return isinstance(value, int | float) and value < 0


def _is_small(case: TestCase) -> bool:
    """Return whether all numbers of a case fit into 32 bits: in many languages ``int`` holds no others."""
    return all(map(_fits, (*case.arguments, case.expected)))


def _fits(value: Value) -> bool:
    if isinstance(value, bool | str) or value is None:
        return True
    if isinstance(value, int):
        return abs(value) <= _LARGEST
    if isinstance(value, float):
        return abs(value) <= _LARGEST_FLOAT  # not a number, either
    if isinstance(value, dict):
        return all(map(_fits, (*value.keys(), *value.values())))
    return all(map(_fits, value)) if isinstance(value, list | tuple | set) else True
