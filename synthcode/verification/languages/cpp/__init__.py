"""C++: g++ compiles programs with their tests, many in one sandbox and with the library's headers precompiled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from synthcode.verification.languages.c_family.compiled import (
    CompilerOptions,
    CompilingRunner,
    Form,
    precompiled,
)
from synthcode.verification.languages.cpp.programs import with_cases, with_test
from synthcode.verification.languages.tested import Controls, TestedLanguage
from synthcode.verification.programs import find_tool
from synthcode.verification.running.job import Runner
from synthcode.verification.sandboxes.sandbox import Sandbox

_FOLDER = Path(__file__).parent
_OPTIONS = ("-std=gnu++20", "-O0", "-w", "-ftemplate-depth=256", "-fno-diagnostics-show-caret")
_CLASHES = "ambiguous|redefin|redecl|conflict|different kind"
_UNKNOWN = "not declared|not been declared|does not name|not a member|not defined|incomplete type|expected"
_SPECIAL = "assoc_l|beta|comp_ellint|cyl_|ellint_|expint|hermite|laguerre|legendre|riemann_zeta|sph_"
"""Of the mathematical functions that ``common.h`` leaves out."""


def _runner(tools: Mapping[str, Path], sandbox: Sandbox) -> Runner:
    compiler = str(tools["g++"])
    headers = {name: (_FOLDER / name).read_bytes() for name in ("common.h", "results.h")}
    made = precompiled(sandbox, compiler, _OPTIONS, "common.h", headers)
    linker = ("-fuse-ld=gold",) if find_tool("ld.gold") is not None else ()
    options = (*_OPTIONS, *linker, "-fmax-errors=3")
    common, every = (f"-DSYNTHCODE_LIBRARY={name}" for name in ('"common.h"', "<bits/stdc++.h>"))
    forms = (
        Form((*options, "-include", "common.h", common)),
        Form((*options, "-include", "common.h", common, "-DSYNTHCODE_SPECIAL_FUNCTIONS"), _SPECIAL),
        Form((*options, "-include", "common.h", every, "-DSYNTHCODE_ALL_HEADERS"), _UNKNOWN),
        Form((*options, "-include", "common.h", every, "-DSYNTHCODE_ALL_HEADERS", "-DSYNTHCODE_USING_STD"), _UNKNOWN),
        Form((*options, "-include", "results.h", every), _CLASHES),
        Form((*options, "-std=gnu++23", "-include", "results.h", every, "-DSYNTHCODE_USING_STD"), _UNKNOWN),
    )
    return CompilingRunner(sandbox, compiler, CompilerOptions(".cpp", forms, files={**headers, "common.h.gch": made}))


CPP = TestedLanguage(
    name="cpp",
    tools=("g++",),
    controls=Controls("int add(int a, int b) { return a + b; }", "int add(int a, int b) { return a - b; }"),
    open_runner=_runner,
    with_test=with_test,
    with_cases=with_cases,
)
