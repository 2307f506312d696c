"""The test cases of seeds, from their Python tests: recorded where the solution is Python, else read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from synthcode.verification.benches import TestBench
from synthcode.verification.config import VerifyConfig
from synthcode.verification.languages.python import hash_seeded_runners, tracing_runners
from synthcode.verification.more_inputs import more_cases
from synthcode.verification.programs import find_tool
from synthcode.verification.sandbox import open_sandbox
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
    found = trace_tests(seeds, tracing_runners(path, sandbox))
    if not config.more_inputs:
        return found
    more = more_cases(seeds, found, hash_seeded_runners(path, sandbox), config.more_inputs, config.random_seed)
    return [replace(one, cases=(*one.cases, *others)) for one, others in zip(found, more, strict=True)]
