"""A runner for compiled languages: many programs are compiled in one sandbox, each is run in a sandbox of its own.

To compile a program runs nothing of it. The sources have names that no other source can know, so that none can include
another. Whatever happens to the compilation of many programs, each is then compiled in a sandbox of its own.
"""

from __future__ import annotations

import io
import re
import secrets
import shlex
import tarfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, Self

from synthcode.errors import SandboxFailed
from synthcode.sanitize import one_line
from synthcode.verification.running.job import Job, Ran
from synthcode.verification.running.parallel import available_cores
from synthcode.verification.running.programs import RUN_LIMITS, new_nonce, result
from synthcode.verification.sandboxes.sandbox import Limits, Sandbox

SOURCE = "program"
"""The file of a job: the whole program."""
PROGRAM_ONLY = "SYNTHCODE_PROGRAM_ONLY"
"""The macro with which the compiler sees the translation without the calls of its harness."""
_BATCH = 32
_COMPILE_LIMITS = Limits(cpu_s=10, file_bytes=160 << 20, scratch_bytes=512 << 20)
_COMPILE_WALL_S = 200
"""Of each program, on a busy machine."""
_PROGRAM_BYTES = 8 << 20
_LOG_BYTES = 16_000
_MESSAGE_CHARACTERS = 200
_START = """
cp program /tmp/program && chmod 700 /tmp/program || exit 126
/tmp/program; status=$?
case $status in 120|126|127) status=1;; esac
exit $status
"""
"""Runs a program; its own exit status never stands for what the sandbox or a compiler says."""
_COMPILE = """
ulimit -f {blocks}
for source in *{suffix}; do
    name=${{source%.*}}
    status=refused
    {first} 2> "$name.log" && status=ready
    if [ $status = refused ]; then
        grep -q 'terminated program' "$name.log" && status=ended
        {tries}
        tail -c {log_bytes} "$name.log" > "$name.said"
        rm -f "$name.log"
    fi
    echo $status > "$name.status"
done
set -- *.status
for name in *.out *.said; do [ -f "$name" ] && set -- "$@" "$name"; done
exec tar cf - "$@"
"""


class Form(NamedTuple):
    """One way to compile a program."""

    options: tuple[str, ...]
    when: str = ""
    """It is tried if this pattern of grep -E is in the messages of the first form."""


@dataclass(frozen=True)
class CompilerOptions:
    """How a compiler is called."""

    suffix: str
    """Of source files."""
    forms: tuple[Form, ...]
    """A program is compiled in the first of these in which the compiler accepts it."""
    libraries: tuple[str, ...] = ()
    """Options that follow the source."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """What lies next to the sources: headers."""


class _Compiled(NamedTuple):
    status: str
    """``ready``, ``refused``, ``misfit`` if only its tests are refused, ``ended`` if the compiler was killed."""
    binary: bytes
    log: str


@dataclass(frozen=True)
class CompilingRunner:
    """Compiles jobs together, and runs each in a sandbox of its own.

    Parameters
    ----------
    sandbox
        Where.
    compiler
        The path of the compiler.
    options
        How it is called.
    limits
        What a program may use when it runs.
    workers
        How many batches are compiled and run at the same time.
    """

    sandbox: Sandbox
    compiler: str
    options: CompilerOptions
    limits: Limits = RUN_LIMITS
    workers: int = field(default_factory=available_cores)

    def run(self, jobs: Sequence[Job]) -> list[Ran]:
        """Compile and run jobs, on all cores; see ``Runner.run``."""
        size = max(1, min(_BATCH, -(-len(jobs) // self.workers)))
        batches = [jobs[start : start + size] for start in range(0, len(jobs), size)]
        with ThreadPoolExecutor(self.workers) as pool:  # its threads only wait for sandboxes
            return [ran for batch in pool.map(self._run_batch, batches) for ran in batch]

    def with_patience(self, factor: float) -> Self:
        """Return a runner with so many times the wall clock; see ``Runner.with_patience``."""
        return replace(self, limits=self.limits.with_patience(factor))

    def _run_batch(self, jobs: Sequence[Job]) -> list[Ran]:
        began = time.monotonic()
        compiled = self._compile(jobs)
        share = (time.monotonic() - began) / len(jobs)
        return [self._run(one, share) for one in compiled]

    def _run(self, compiled: _Compiled, share: float) -> Ran:
        if compiled.status != "ready":
            header = _MISSING_HEADER.search(compiled.log)
            if header is not None:
                return Ran("misfit", (), f"it includes {header[1]}, which is not on this machine", share)
            return Ran("misfit" if compiled.status == "misfit" else "refused", (), self._problem(compiled), share)
        nonce = new_nonce()
        started = time.monotonic()
        files = {"program": compiled.binary}
        limits = replace(self.limits, file_bytes=max(self.limits.file_bytes, len(compiled.binary)))
        done = self.sandbox.run(["sh", "-c", _START], files, limits, stdin=f"{nonce}\n".encode())
        return result(done, nonce, _RUN_MESSAGE, share + time.monotonic() - started)

    def _problem(self, compiled: _Compiled) -> str:
        if compiled.status == "ended":
            return f"{Path(self.compiler).name} was ended: it took too long, or too much memory"
        said = _first_error(compiled.log)
        return f"the calls in its tests do not fit it: {said}" if compiled.status == "misfit" else said

    def _compile(self, jobs: Sequence[Job]) -> list[_Compiled]:
        """Compile programs together; if that breaks, each half again."""
        compiled = self._compile_together(jobs)
        if compiled is not None:
            return compiled
        if len(jobs) == 1:
            return [
                _Compiled("refused", b"", f"error: {self.compiler} was ended: it took too long, or too much memory")
            ]
        middle = len(jobs) // 2
        return [*self._compile(jobs[:middle]), *self._compile(jobs[middle:])]

    def _compile_together(self, jobs: Sequence[Job]) -> list[_Compiled] | None:
        names = [secrets.token_hex(16) for _ in jobs]
        sources = {
            f"{name}{self.options.suffix}": job.files[SOURCE].encode("utf-8", "replace")
            for name, job in zip(names, jobs, strict=True)
        }
        limits = replace(
            _COMPILE_LIMITS,
            wall_s=_COMPILE_WALL_S * len(jobs),
            output_bytes=(len(jobs) + 1) * (_PROGRAM_BYTES + _LOG_BYTES + 4096),
        )
        command = ["sh", "-c", self._script()]
        done = self.sandbox.run(command, {**self.options.files, **sources}, limits)
        found = _members(done.stdout) if done.exit_code == 0 else {}
        if any(f"{name}.status" not in found for name in names):
            return None
        return [
            _Compiled(
                found[f"{name}.status"].decode("ascii", "replace").strip(),
                found.get(f"{name}.out", b""),
                found.get(f"{name}.said", b"").decode("utf-8", "replace"),
            )
            for name in names
        ]

    def _script(self) -> str:
        alone = f"-fsyntax-only -D{PROGRAM_ONLY}"
        first, *others = self.options.forms
        tries = [self._attempt(form, '-o "$name.out"', "ready") for form in others]
        tries += [self._attempt(form, alone, "misfit") for form in self.options.forms]
        return _COMPILE.format(
            blocks=_PROGRAM_BYTES // 512,
            suffix=self.options.suffix,
            first=self._call(first, '-o "$name.out"'),
            tries="\n        ".join(tries),
            log_bytes=_LOG_BYTES,
        )

    def _attempt(self, form: Form, purpose: str, status: str) -> str:
        """Return the line of the script that tries a form, unless an earlier one was accepted."""
        condition = f' && grep -qE {shlex.quote(form.when)} "$name.log"' if form.when else ""
        return f"[ $status = refused ]{condition} && {self._call(form, purpose)} 2> /dev/null && status={status}"

    def _call(self, form: Form, purpose: str) -> str:
        return f'{shlex.join([self.compiler, *form.options])} {purpose} "$source" {shlex.join(self.options.libraries)}'


_RUN_MESSAGE = re.compile(r"(?m)(?<=^error: ).*|Assertion .{0,300} failed|(?<=what\(\):  ).*")
_MISSING_HEADER = re.compile(r"fatal error: ([\w./+-]{1,200}): No such file or directory")
_COMPILE_MESSAGE = re.compile(r"(?m)error: (.*)|(undefined reference to .*)|(multiple definition of .*)")


def _first_error(log: str) -> str:
    found = _COMPILE_MESSAGE.search(log)
    said = next(filter(None, found.groups())) if found is not None else log.strip().partition("\n")[0]
    return one_line(said, _MESSAGE_CHARACTERS)


def _members(archive: bytes) -> dict[str, bytes]:
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            return {one.name: file.read() for one in tar if (file := tar.extractfile(one)) is not None}
    except tarfile.TarError:
        return {}


def precompiled(
    sandbox: Sandbox, compiler: str, options: Sequence[str], header: str, headers: Mapping[str, bytes]
) -> bytes:
    """Return a precompiled header, made in a sandbox that has all of ``headers``.

    Raises
    ------
    SandboxFailed
        If the compiler does not make it.
    """
    command = shlex.join([compiler, *options, "-x", "c++-header", header, "-o", "/tmp/header.gch"])
    limits = replace(_COMPILE_LIMITS, cpu_s=120, wall_s=600, output_bytes=512 << 20, file_bytes=512 << 20)
    done = sandbox.run(["sh", "-c", f"{command} >&2 && exec cat /tmp/header.gch"], headers, limits)
    if done.exit_code != 0:
        said = one_line(done.stderr.decode("utf-8", "replace"), _MESSAGE_CHARACTERS)
        raise SandboxFailed(f"{compiler} cannot precompile its headers: {said}", "see: synthcode doctor")
    return done.stdout
