"""Python: its own interpreter runs programs with their tests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from synthcode.verification.languages.python.programs import with_cases, with_test
from synthcode.verification.languages.tested import Controls, TestedLanguage
from synthcode.verification.running.job import Runner
from synthcode.verification.running.programs import ProgramRunner
from synthcode.verification.sandbox import Sandbox

_MESSAGE = re.compile(r"(?m)^[\w.]{0,200}(?:Error|Exception|Interrupt|Exit)\b.*")


def _runner(tools: Mapping[str, Path], sandbox: Sandbox) -> Runner:
    return hash_seeded_runners(tools["python3"], sandbox)[0]


def hash_seeded_runners(python: Path, sandbox: Sandbox, script: str = "harness.py") -> list[Runner]:
    """Return two runners in which sets have different orders: a result that differs depends on chance."""
    command = (str(python), "-s", "-X", "utf8", script)
    return [ProgramRunner(sandbox, ("env", f"PYTHONHASHSEED={seed}", *command), _MESSAGE) for seed in (0, 1)]


def tracing_runners(python: Path, sandbox: Sandbox) -> list[Runner]:
    """Return two runners of tracing jobs."""
    return hash_seeded_runners(python, sandbox, "tracing.py")


def scoring_runner(python: Path, sandbox: Sandbox) -> Runner:
    """Return a runner of scoring jobs."""
    return hash_seeded_runners(python, sandbox, "scoring.py")[0]


PYTHON = TestedLanguage(
    name="python",
    tools=("python3",),
    controls=Controls("def add(a, b):\n    return a + b\n", "def add(a, b):\n    return a - b\n"),
    open_runner=_runner,
    with_test=with_test,
    with_cases=with_cases,
)
