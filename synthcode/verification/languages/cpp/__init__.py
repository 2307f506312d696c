"""C++: g++ compiles programs with their tests, many in one sandbox and with the library's headers precompiled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from synthcode.verification.languages.c_family.compiled import CompilerOptions, CompilingRunner, precompiled
from synthcode.verification.languages.cpp.programs import with_cases, with_test
from synthcode.verification.languages.tested import Controls, TestedLanguage
from synthcode.verification.running.job import Runner
from synthcode.verification.sandbox import Sandbox

_HEADER = "results.h"
_OPTIONS = ("-std=gnu++20", "-O0", "-w", "-pipe", "-ftemplate-depth=256", "-fno-diagnostics-show-caret")


def _runner(tools: Mapping[str, Path], sandbox: Sandbox) -> Runner:
    compiler = str(tools["g++"])
    header = Path(__file__).with_name(_HEADER).read_bytes()
    files = {_HEADER: header, f"{_HEADER}.gch": precompiled(sandbox, compiler, _OPTIONS, _HEADER, header)}
    limited = (*_OPTIONS, "-fmax-errors=3", "-include", _HEADER)
    forms = (limited, *((*limited, f"-DSYNTHCODE_{other}") for other in ("FEW_HEADERS", "USING_STD")))
    options = CompilerOptions(".cpp", forms, files=files)
    return CompilingRunner(sandbox, compiler, options)


CPP = TestedLanguage(
    name="cpp",
    tools=("g++",),
    controls=Controls("int add(int a, int b) { return a + b; }", "int add(int a, int b) { return a - b; }"),
    open_runner=_runner,
    with_test=with_test,
    with_cases=with_cases,
)
