"""C: gcc compiles programs with their tests, many in one sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from synthcode.verification.languages.c.programs import with_cases, with_test
from synthcode.verification.languages.c_family.compiled import CompilerOptions, CompilingRunner, Form
from synthcode.verification.languages.tested import Controls, TestedLanguage
from synthcode.verification.running.job import Runner
from synthcode.verification.sandboxes.sandbox import Sandbox

_ALLOWED = ("implicit-function-declaration", "implicit-int", "int-conversion", "incompatible-pointer-types")
"""Newer versions of gcc refuse them; programs were written when it did not."""
_OPTIONS = (
    *("-std=gnu17", "-O0", "-w", "-fno-diagnostics-show-caret", "-fmax-errors=3"),
    *(f"-Wno-error={name}" for name in _ALLOWED),
)
_CLASHES = "conflicting|redefin|redecl|different kind|called object|expected"


def _runner(tools: Mapping[str, Path], sandbox: Sandbox) -> Runner:
    forms = (Form(_OPTIONS), Form((*_OPTIONS, "-DSYNTHCODE_FEW_HEADERS"), _CLASHES))
    return CompilingRunner(sandbox, str(tools["gcc"]), CompilerOptions(".c", forms, ("-lm",)))


C = TestedLanguage(
    name="c",
    tools=("gcc",),
    controls=Controls("int add(int a, int b) { return a + b; }", "int add(int a, int b) { return a - b; }"),
    open_runner=_runner,
    with_test=with_test,
    with_cases=with_cases,
)
