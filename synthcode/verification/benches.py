"""Which languages can be tested on this machine: each is tried first on programs whose verdict is known.

A toolchain that is wrong about them is broken, and no translation is judged by it.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from synthcode.errors import SandboxFailed
from synthcode.execution.child_processes import trusted_path
from synthcode.sanitize import one_line
from synthcode.verification.cases.case import TestCase, Untestable
from synthcode.verification.cases.outcome import judge_cases
from synthcode.verification.languages.table import TESTED_LANGUAGES
from synthcode.verification.languages.tested import TestedLanguage
from synthcode.verification.programs import find_tool
from synthcode.verification.running.job import Runner
from synthcode.verification.running.patient import with_patience
from synthcode.verification.sandboxes.sandbox import Limits, Sandbox, open_sandbox, require_sandbox, sandbox_name

_VERSION_CHARACTERS = 200
CONTROL_CASES = (TestCase((2, 3), 5), TestCase((-7, 4), -3), TestCase((0, 0), 0))
"""Calls of the function that control programs define."""


@dataclass(frozen=True)
class TestBench:
    """A language's runner, if it works."""

    __test__ = False  # pytest would collect it by its name

    language: TestedLanguage | None
    """None for a language without one."""
    runner: Runner | None
    """None if its programs cannot be run here."""
    version: str = ""
    """What its first tool says of its version."""
    problem: str = ""
    """Why its programs cannot be run."""
    is_broken: bool = False
    """Whether its tools are there but do not work."""


def open_bench(language: str) -> TestBench:
    """Find the tools of a language and try them. They are tried once in a process.

    Raises
    ------
    SandboxUnavailable
        If there are tools but no sandbox.
    """
    return _open_bench(language, trusted_path(), sandbox_name())


def forget_benches() -> None:
    """Forget what was found: a toolchain may have disappeared since."""
    _open_bench.cache_clear()


@functools.cache
def _open_bench(name: str, path: str, sandbox: str) -> TestBench:
    language = TESTED_LANGUAGES.get(name)
    if language is None:
        return TestBench(None, None, problem="its programs cannot be run yet")
    tools = {tool: find_tool(tool) for tool in language.tools}
    found = {tool: path for tool, path in tools.items() if path is not None}
    missing = [tool for tool in tools if tool not in found]
    if missing:
        return TestBench(language, None, problem=f"{' and '.join(missing)} not on the PATH")
    require_sandbox()
    box = open_sandbox(tuple(found.values()))
    try:
        version = _version(language, str(found[language.tools[0]]), box)
        runner = language.open_runner(found, box)
        problem = _problem(language, runner)
    except Untestable as reason:
        return TestBench(language, None, problem=str(reason))
    except SandboxFailed as failure:
        require_sandbox()  # it may be the sandbox that broke, not the toolchain
        return TestBench(language, None, problem=failure.problem, is_broken=True)
    if problem:
        return TestBench(language, None, version, f"{language.tools[0]} does not work: {problem}", is_broken=True)
    return TestBench(language, runner, version)


def _problem(language: TestedLanguage, runner: Runner) -> str:
    """Return what is wrong with a toolchain, or nothing."""
    controls = (language.controls.good, language.controls.bad)
    programs = [language.with_cases(code, "add", CONTROL_CASES) for code in controls]
    jobs = [program.job for program in programs]
    good, bad = with_patience(runner, jobs, runner.run(jobs))
    outcome = judge_cases(CONTROL_CASES, programs[0], good)
    if outcome.passed != len(CONTROL_CASES):
        return f"a program that is known to be good fails ({outcome.detail or good.message or good.status})"
    if judge_cases(CONTROL_CASES, programs[1], bad).passed == len(CONTROL_CASES):
        return "a program that is known to be bad passes"
    return ""


def _version(language: TestedLanguage, program: str, sandbox: Sandbox) -> str:
    limits = Limits(cpu_s=60, wall_s=300, address_space_bytes=None, processes=256)
    done = sandbox.run([program, language.version_option], limits=limits)
    said = (done.stdout or done.stderr).decode("utf-8", "replace").strip().splitlines()
    lines = [line for line in said if " warning: " not in line]  # of the virtual machine that kotlinc runs in
    own = one_line(lines[0], _VERSION_CHARACTERS) if lines else ""
    return ", ".join(filter(None, (own, language.package_versions())))
