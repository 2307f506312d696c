"""One sandbox for each program, as a script without this project would do it: nothing is shared between programs.

In compiled languages a runner prepares much when it is opened: precompiled headers, drivers that compile in memory. A
runner that gets one job still uses it, so one job after another says little of languages for which that counts most.
Here Java's, Kotlin's and C++'s own commands compile a program's whole text, and run what they made, in one sandbox.
"""

from __future__ import annotations

import shlex
import time
from dataclasses import replace
from pathlib import Path

from synthcode.verification.benches import TestBench
from synthcode.verification.languages.c_family.compiled import SOURCE
from synthcode.verification.programs import find_tool
from synthcode.verification.running.job import END, Job
from synthcode.verification.running.programs import RUN_LIMITS, harness_lines, new_nonce
from synthcode.verification.sandboxes.sandbox import Sandbox, open_sandbox

_LIMITS = replace(
    RUN_LIMITS, cpu_s=120, wall_s=900, address_space_bytes=None, processes=256, open_files=1024, scratch_bytes=512 << 20
)
_CPP = '{} -std=gnu++20 -w "-DSYNTHCODE_LIBRARY=<bits/stdc++.h>" -o /tmp/program program.cpp && /tmp/program'
_JAVA = "{} -nowarn -d /tmp/made -cp /nowhere {} && {} -ea -cp /tmp/made {}"
_KOTLIN = "{} -nowarn -d /tmp/made Program.kt && {} -ea -cp /tmp/made:{} {}"


def run_plainly(bench: TestBench, jobs: list[Job]) -> tuple[int, float]:
    """Run jobs one after another; return how many passed, and the seconds."""
    assert bench.language is not None
    assert bench.runner is not None
    name = bench.language.name
    if name not in ("java", "kotlin", "cpp"):
        started = time.monotonic()
        return sum(bench.runner.run([job])[0].status == "completed" for job in jobs), time.monotonic() - started
    paths = {tool: path for tool in bench.language.tools if (path := find_tool(tool)) is not None}
    sandbox = open_sandbox(tuple(paths.values()))
    started = time.monotonic()
    return sum(_passes(name, job, paths, sandbox) for job in jobs), time.monotonic() - started


def _passes(language: str, job: Job, paths: dict[str, Path], sandbox: Sandbox) -> bool:
    nonce = new_nonce()
    file, command = _script(language, job, {name: shlex.quote(str(path)) for name, path in paths.items()})
    files = {file: "\n".join(job.files.values()).encode("utf-8", "replace")}
    done = sandbox.run(["sh", "-c", command], files, _LIMITS, stdin=f"{nonce}\n".encode())
    if language == "cpp":
        return END in harness_lines(done.stdout.decode("utf-8", "replace"), nonce)
    return done.exit_code == 0


def _script(language: str, job: Job, tools: dict[str, str]) -> tuple[str, str]:
    """Return the file of a program, and the commands that compile and run it."""
    if language == "cpp":
        assert SOURCE in job.files
        return "program.cpp", _CPP.format(tools["g++"])
    if language == "java":
        file = f"{job.main.rpartition('.')[2]}.java"
        return file, _JAVA.format(tools["javac"], file, tools["java"], job.main)
    library = find_tool("kotlinc")
    assert library is not None
    archive = shlex.quote(str(library.resolve().parents[1] / "lib" / "kotlin-stdlib.jar"))
    return "Program.kt", _KOTLIN.format(tools["kotlinc"], tools["java"], archive, job.main)
