"""The runner of a language, for tests that run programs of it."""

from __future__ import annotations

import pytest

from synthcode.verification.benches import open_bench
from synthcode.verification.running.job import Runner
from synthcode.verification.sandboxes.sandbox import why_no_sandbox


def runner_of(language: str) -> Runner:
    """Return a language's runner; skip the test if a tool is missing, fail it if one is broken."""
    if (problem := why_no_sandbox()) is not None:
        pytest.skip(f"needs a sandbox: {problem}")
    bench = open_bench(language)
    assert not bench.is_broken, bench.problem
    if bench.runner is None:
        pytest.skip(f"needs a compiler or interpreter: {bench.problem}")
    return bench.runner
