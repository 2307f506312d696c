"""TypeScript programs are turned into JavaScript together, and run as such, each in a sandbox of its own."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from synthcode.errors import SandboxFailed
from synthcode.sanitize import one_line
from synthcode.verification.running.job import Job, Ran
from synthcode.verification.running.programs import ProgramRunner
from synthcode.verification.sandbox import Limits, Sandbox

SOURCE = "solution.ts"
PROGRAM = "program.ts"
"""The translation by itself, which is only parsed."""
TARGET = "solution.js"
_MESSAGE_CHARACTERS = 200
_TRANSPILER = Path(__file__).with_name("transpile.js")
_START_SECONDS = 20


class _Transpiled(NamedTuple):
    code: str
    error: str


@dataclass(frozen=True)
class TypeScriptRunner:
    """Runs jobs with the files ``solution.ts`` and ``program.ts``.

    Parameters
    ----------
    programs
        Runs JavaScript.
    sandbox
        Where the compiler runs.
    node
        The command that runs a script.
    compiler
        The content of the package's ``typescript.js``.
    limits
        What the compiler may use for one program.
    """

    programs: ProgramRunner
    sandbox: Sandbox
    node: tuple[str, ...]
    compiler: bytes
    limits: Limits

    def run(self, jobs: Sequence[Job]) -> list[Ran]:
        """Run jobs; see ``Runner.run``."""
        started = time.monotonic()
        sources = self._transpiled([job.files[name] for job in jobs for name in (PROGRAM, SOURCE)])
        seconds = (time.monotonic() - started) / max(1, len(jobs))
        results: list[Ran] = []
        for place, job in enumerate(jobs):
            # What a test makes of a program with open brackets says nothing: the program must be whole by itself.
            alone, whole = sources[2 * place : 2 * place + 2]
            refused = next((source for source in (alone, whole) if source.error), None)
            if refused is not None:
                results.append(Ran("refused", (), one_line(refused.error, _MESSAGE_CHARACTERS), seconds))
                continue
            files = {name: content for name, content in job.files.items() if name not in (PROGRAM, SOURCE)}
            [ran] = self.programs.run([replace(job, files={**files, TARGET: whole.code})])
            results.append(ran._replace(seconds=ran.seconds + seconds))
        return results

    def _transpiled(self, sources: Sequence[str]) -> list[_Transpiled]:
        """Return the JavaScript of each program, or why there is none."""
        if not sources:
            return []
        names = [f"{place}.ts" for place in range(len(sources))]
        files = {name: source.encode("utf-8", "replace") for name, source in zip(names, sources, strict=True)}
        own = {"typescript.js": self.compiler, _TRANSPILER.name: _TRANSPILER.read_bytes()}
        seconds = _START_SECONDS + len(sources)
        output_bytes = 4096 + 8 * sum(map(len, files.values()))
        limits = replace(self.limits, cpu_s=seconds, wall_s=6 * seconds, output_bytes=output_bytes)
        command = [*self.node, _TRANSPILER.name]
        done = self.sandbox.run(command, {**files, **own}, limits, stdin=json.dumps(names).encode())
        lines = done.stdout.split(b"\n")[:-1]
        found = [_transpiled(line) for line in lines]
        if len(found) == len(sources):
            return found
        if len(sources) > 1:  # the one after them ended the compiler
            last = len(found)
            return [*found, *self._transpiled(sources[last : last + 1]), *self._transpiled(sources[last + 1 :])]
        if b"typescript.js" in done.stderr and b"Cannot find module" in done.stderr:
            said = one_line(done.stderr.decode("utf-8", "replace"), _MESSAGE_CHARACTERS)
            raise SandboxFailed(f"TypeScript does not start: {said}", "see: synthcode doctor")
        return [_Transpiled("", "the TypeScript compiler does not survive it")]


def _transpiled(line: bytes) -> _Transpiled:
    text = base64.b64decode(line[1:]).decode("utf-8", "replace")
    return _Transpiled(text, "") if line[:1] == b"+" else _Transpiled("", text or "a syntax error")
