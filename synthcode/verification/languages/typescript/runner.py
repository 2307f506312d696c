"""TypeScript programs are turned into JavaScript together, and run as such, each in a sandbox of its own."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, Self

from synthcode.errors import SandboxFailed
from synthcode.sanitize import one_line
from synthcode.verification.running.job import Job, Ran, Runner, RunStatus
from synthcode.verification.sandboxes.sandbox import Limits, Sandbox

PROGRAM = "solution.ts"
_SUFFIX = ".ts"
_MESSAGE_CHARACTERS = 200
_TRANSPILER = Path(__file__).with_name("transpile.js")
_START_SECONDS = 20


class _Transpiled(NamedTuple):
    code: str
    error: str


@dataclass(frozen=True)
class TypeScriptRunner:
    """Runs jobs whose files in TypeScript become JavaScript first.

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

    programs: Runner
    sandbox: Sandbox
    node: tuple[str, ...]
    compiler: bytes
    limits: Limits

    def run(self, jobs: Sequence[Job]) -> list[Ran]:
        """Run jobs; see ``Runner.run``."""
        started = time.monotonic()
        places = [(place, name) for place, job in enumerate(jobs) for name in job.files if name.endswith(_SUFFIX)]
        sources = self._transpiled([jobs[place].files[name] for place, name in places])
        found = dict(zip(places, sources, strict=True))
        seconds = (time.monotonic() - started) / max(1, len(jobs))
        refused: dict[int, Ran] = {}
        for (place, name), source in reversed(found.items()):
            if source.error:
                status: RunStatus = "refused" if name == PROGRAM else "misfit"
                refused[place] = Ran(status, (), one_line(source.error, _MESSAGE_CHARACTERS), seconds)
        accepted = [place for place in range(len(jobs)) if place not in refused]
        runs = self.programs.run([_in_javascript(jobs[place], place, found) for place in accepted])
        ended = {place: ran._replace(seconds=ran.seconds + seconds) for place, ran in zip(accepted, runs, strict=True)}
        return [refused.get(place) or ended[place] for place in range(len(jobs))]

    def with_patience(self, factor: float) -> Self:
        """Return a runner with so many times the wall clock; see ``Runner.with_patience``."""
        return replace(self, programs=self.programs.with_patience(factor))

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


def _in_javascript(job: Job, place: int, found: dict[tuple[int, str], _Transpiled]) -> Job:
    files = {
        name.replace(_SUFFIX, ".js"): found[place, name].code if (place, name) in found else content
        for name, content in job.files.items()
    }
    return replace(job, files=files)


def _transpiled(line: bytes) -> _Transpiled:
    text = base64.b64decode(line[1:]).decode("utf-8", "replace")
    return _Transpiled(text, "") if line[:1] == b"+" else _Transpiled("", text or "a syntax error")
