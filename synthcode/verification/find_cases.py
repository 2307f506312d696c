"""The test cases of seeds, from their Python tests: recorded where the solution is Python, else read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from synthcode.verification.benches import TestBench
from synthcode.verification.config import VerifyConfig
from synthcode.verification.languages.python import answering_runners, scoring_runner, tracing_runner
from synthcode.verification.more_inputs import more_cases
from synthcode.verification.mutation_score import mutation_scores
from synthcode.verification.programs import find_tool
from synthcode.verification.sandboxes.sandbox import open_sandbox
from synthcode.verification.seed_cases import SeedCases, SeedTest, literal_cases, trace_tests


def find_cases(seeds: Sequence[SeedTest], config: VerifyConfig, python: TestBench) -> list[SeedCases]:
    """Return the cases of each seed.

    Parameters
    ----------
    seeds
        Solutions with their Python tests.
    config
        How many inputs to add.
    python
        Python's runner, from ``open_bench``. Without one, no solution is run.

    Raises
    ------
    SandboxUnavailable, SandboxFailed
        If the sandbox or Python broke.
    """
    traced = [seed for seed in seeds if seed.language == "python" and python.runner is not None]
    found = dict(zip((seed.seed_id for seed in traced), _recorded(traced, config), strict=True))
    return [found.get(seed.seed_id) or literal_cases(seed) for seed in seeds]


def _recorded(seeds: Sequence[SeedTest], config: VerifyConfig) -> list[SeedCases]:
    path = find_tool("python3")
    if path is None or not seeds:
        return [literal_cases(seed) for seed in seeds]
    sandbox = open_sandbox((path,))
    answering = answering_runners(path, sandbox)
    found = trace_tests(seeds, tracing_runner(path, sandbox), answering[1])
    more = more_cases(seeds, found, answering, config.more_inputs, config.random_seed)
    cases = [(*one.cases, *others) for one, others in zip(found, more, strict=True)]
    scores = mutation_scores(seeds, cases, scoring_runner(path, sandbox), config.mutants, config.random_seed)
    return [
        replace(one, cases=all_cases, mutation_score=score)
        for one, all_cases, score in zip(found, cases, scores, strict=True)
    ]
