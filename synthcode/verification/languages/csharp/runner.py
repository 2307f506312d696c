"""Mono's compiler and runtime: many programs are compiled together, and each runs in a sandbox of its own."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from synthcode.sanitize import one_line
from synthcode.verification.languages.csharp.compiling import (
    DRIVER,
    MONO_LIMITS,
    SMALL_HEAP,
    BatchCompiler,
    Compiled,
    build_program,
)
from synthcode.verification.languages.csharp.diagnostics import MESSAGE, misfit
from synthcode.verification.languages.csharp.programs import METHOD, SOLUTION, TYPE
from synthcode.verification.running.job import Job, Ran, Runner
from synthcode.verification.running.parallel import available_cores
from synthcode.verification.running.programs import new_nonce, result
from synthcode.verification.sandboxes.sandbox import Limits, Sandbox

BATCH = 50
"""Programs of one compiler: starting it takes as long as compiling five."""
_FEWEST = 3
"""Programs of one compiler, if there are several: fewer are not divided among cores."""
_HARNESS = tuple(Path(__file__).with_name(name) for name in ("Harness.cs", "Results.cs", "CompareLogic.cs"))
_MESSAGE_CHARACTERS = 200


@dataclass(frozen=True)
class CSharpRunner:
    """Compiles jobs together and runs each in a sandbox of its own.

    Parameters
    ----------
    sandbox
        Where.
    mono
        The runtime.
    compiler
        Compiles many programs.
    harness
        The program that runs each of them.
    limits
        What each program may use.
    """

    sandbox: Sandbox
    mono: Path
    compiler: BatchCompiler
    harness: bytes = field(repr=False)
    limits: Limits = MONO_LIMITS

    def run(self, jobs: Sequence[Job]) -> list[Ran]:
        """Compile and run jobs, a batch on each core; see ``Runner.run``."""
        cores = min(available_cores(), max(1, len(jobs) // _FEWEST))
        size = min(BATCH, max(1, math.ceil(len(jobs) / cores)))
        batches = [jobs[start : start + size] for start in range(0, len(jobs), size)]
        with ThreadPoolExecutor(cores) as pool:  # the threads only wait for sandboxes
            return [ran for found in pool.map(self._run, batches) for ran in found]

    def with_patience(self, factor: float) -> Self:
        """Return a runner with so many times the wall clock; see ``Runner.with_patience``."""
        return replace(self, limits=self.limits.with_patience(factor))

    def _run(self, jobs: Sequence[Job]) -> list[Ran]:
        compiled = self.compiler.compile([job.files[SOLUTION] for job in jobs])
        return [self._ran(job, one, seconds) for job, (one, seconds) in zip(jobs, compiled, strict=True)]

    def _ran(self, job: Job, compiled: Compiled, seconds: float) -> Ran:
        if not compiled.assembly:
            return _refused(compiled.messages, seconds)
        nonce = new_nonce()
        started = time.monotonic()
        files = {"harness.exe": self.harness, "program.dll": compiled.assembly}
        command = ["env", SMALL_HEAP, str(self.mono), "harness.exe", "program.dll", job.options[TYPE]]
        done = self.sandbox.run([*command, job.options[METHOD]], files, self.limits, stdin=f"{nonce}\n".encode())
        ran = result(done, nonce, MESSAGE, time.monotonic() - started + seconds)
        return ran._replace(status="failed") if ran.status == "refused" else ran  # it chose its status itself


def _refused(messages: str, seconds: float) -> Ran:
    reason = misfit(messages)
    if reason:
        return Ran("misfit", (), reason, seconds)
    found = MESSAGE.search(messages)
    shown = next(filter(None, found.groups()), "") if found is not None else messages
    return Ran("refused", (), one_line(shown, _MESSAGE_CHARACTERS), seconds)


def open_runner(tools: Mapping[str, Path], sandbox: Sandbox) -> Runner:
    """Return a runner of C# programs, with the harness and the compiler's driver compiled once.

    Raises
    ------
    SandboxFailed
        If the toolchain does not work.
    """
    harness = build_program(tools["mcs"], sandbox, _HARNESS)
    driver = build_program(tools["mcs"], sandbox, [DRIVER])
    return CSharpRunner(sandbox, tools["mono"], BatchCompiler(sandbox, tools["mono"], driver, harness), harness)
