"""Python: its own interpreter runs programs with their tests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from synthcode.verification.languages.python.programs import with_cases, with_test
from synthcode.verification.languages.tested import Controls, TestedLanguage
from synthcode.verification.running.job import Runner
from synthcode.verification.running.patient import PatientRunner
from synthcode.verification.running.programs import RUN_LIMITS, ProgramRunner
from synthcode.verification.sandboxes.sandbox import Sandbox

_MESSAGE = re.compile(r"(?m)^[\w.]{0,200}(?:Error|Exception|Interrupt|Exit)\b.*")
_NOT_INSTALLED = re.compile(r"ModuleNotFoundError: No module named '([\w.]{1,100})'")
_PATIENT_LIMITS = replace(RUN_LIMITS, cpu_s=4 * RUN_LIMITS.cpu_s, wall_s=4 * RUN_LIMITS.wall_s)


def _runner(tools: Mapping[str, Path], sandbox: Sandbox) -> Runner:
    return _running(tools["python3"], sandbox, "harness.py")


def answering_runners(python: Path, sandbox: Sandbox) -> list[Runner]:
    """Return two runners of answering jobs in which sets have different orders: what differs depends on chance."""
    return [
        _patient(_running(python, sandbox, "answering.py")),
        _patient(_running(python, sandbox, "answering.py", "reordered", hash_seed=1)),
    ]


def tracing_runner(python: Path, sandbox: Sandbox) -> Runner:
    """Return a runner of tracing jobs."""
    return _patient(_running(python, sandbox, "tracing.py"))


def scoring_runner(python: Path, sandbox: Sandbox) -> Runner:
    """Return a runner of scoring jobs."""
    return _patient(_running(python, sandbox, "scoring.py"))


def _running(python: Path, sandbox: Sandbox, *script: str, hash_seed: int = 0) -> ProgramRunner:
    command = ("env", f"PYTHONHASHSEED={hash_seed}", str(python), "-s", "-X", "utf8", *script)
    return ProgramRunner(sandbox, command, _MESSAGE, misfit=_missing_package)


def _missing_package(message: str) -> str:
    found = _NOT_INSTALLED.match(message)
    return f"it needs the package {found[1]}" if found is not None else ""


def _patient(runner: ProgramRunner) -> Runner:
    """Return a runner of what is judged once for all translations of a seed: a busy machine must not decide it."""
    return PatientRunner(runner, replace(runner, limits=_PATIENT_LIMITS))


PYTHON = TestedLanguage(
    name="python",
    tools=("python3",),
    controls=Controls("def add(a, b):\n    return a + b\n", "def add(a, b):\n    return a - b\n"),
    open_runner=_runner,
    with_test=with_test,
    with_cases=with_cases,
)
