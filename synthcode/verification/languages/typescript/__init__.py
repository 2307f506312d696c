"""TypeScript: the compiler from npm erases types, and Node runs programs with their tests."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from synthcode.verification.cases.case import Untestable
from synthcode.verification.languages.javascript import MESSAGE, NODE_LIMITS, NODE_OPTIONS
from synthcode.verification.languages.javascript.packages import install_command, installed_versions, package_file
from synthcode.verification.languages.tested import Controls, TestedLanguage
from synthcode.verification.languages.typescript.programs import with_cases, with_test
from synthcode.verification.languages.typescript.runner import TypeScriptRunner
from synthcode.verification.running.job import Runner
from synthcode.verification.running.parallel import ParallelRunner
from synthcode.verification.running.programs import ProgramRunner
from synthcode.verification.sandboxes.sandbox import Sandbox


def _runner(tools: Mapping[str, Path], sandbox: Sandbox) -> Runner:
    compiler = package_file("typescript")
    if compiler is None:
        raise Untestable(f"the package typescript is not installed: {install_command('typescript')}")
    node = (str(tools["node"]), *NODE_OPTIONS)
    programs = ParallelRunner(ProgramRunner(sandbox, (*node, "harness.js"), MESSAGE, NODE_LIMITS))
    return TypeScriptRunner(programs, sandbox, node, compiler.encode(), NODE_LIMITS)


TYPESCRIPT = TestedLanguage(
    name="typescript",
    tools=("node",),
    controls=Controls(
        "function add(a: number, b: number): number { return a + b; }",
        "function add(a: number, b: number): number { return a - b; }",
    ),
    open_runner=_runner,
    with_test=with_test,
    with_cases=with_cases,
    needs=("typescript", "lodash"),
    package_versions=partial(installed_versions, "typescript", "lodash"),
)
