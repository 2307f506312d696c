"""Runs many programs in one virtual machine; one that ends the machine, or leaves traces in it, costs only itself."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self, cast

from synthcode.errors import SandboxFailed
from synthcode.sanitize import one_line
from synthcode.verification.languages.jvm.compiling import BatchCompiler
from synthcode.verification.languages.jvm.drivers import DRIVER, driver_command
from synthcode.verification.languages.jvm.wire import Compiled, driver_lines, encoded_program, encoded_text
from synthcode.verification.running.job import END, Job, Ran, RunStatus
from synthcode.verification.running.parallel import available_cores
from synthcode.verification.running.programs import RUN_LIMITS, new_nonce
from synthcode.verification.sandboxes.sandbox import Finished, Limits, Sandbox

BATCH = 100
"""Programs of one virtual machine: starting one takes as long as running about 30 programs."""
_FEWEST = 60
"""Programs of one machine, if there are several: fewer are not divided among cores. ``verify`` itself runs a batch
on each core, and starting the compiler takes as long as compiling 30 programs."""
_START_S = 20
_SECONDS_OF_EACH = 1
_OPTIONS = (
    *("-Xmx512m", "-XX:MaxMetaspaceSize=256m", "-XX:MaxDirectMemorySize=64m", "-XX:ReservedCodeCacheSize=64m"),
    *("-XX:CompressedClassSpaceSize=128m", "-XX:+DisplayVMOutputToStderr", "-XX:ErrorFile=/dev/null"),
    # No way around access checks: neither sun.misc.Unsafe nor a debugger that attaches itself.
    *("--limit-modules", "java.se", "-XX:+DisableAttachMechanism"),
)
_STARTED = "started"
_STATUS = "="
_USED_UP = "used_up"
_DRIVER_ENDED = 86
"""``RECYCLE`` of the driver: its last line is missing, so there was no room for it."""
_TIME_SIGNAL = 152
_FIRST_SIGNAL = 128
_MESSAGE_CHARACTERS = 200


@dataclass(frozen=True)
class JvmRunner:
    """Compiles and runs jobs, many in one process.

    Parameters
    ----------
    sandbox
        Where.
    java
        The program that starts a virtual machine.
    drivers
        The archive of the drivers.
    compiler
        Compiles many programs.
    libraries
        Archives that programs see.
    limits
        What each program may use.
    """

    sandbox: Sandbox
    java: Path
    drivers: bytes = field(repr=False)
    compiler: BatchCompiler
    libraries: tuple[str, ...] = ()
    limits: Limits = field(default=RUN_LIMITS)

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
        compiled = self.compiler.compile(jobs)
        found = [Ran("refused", (), one_line(one.message, _MESSAGE_CHARACTERS), seconds) for one, seconds in compiled]
        left = [place for place, (one, _) in enumerate(compiled) if one.classes]
        while left:
            runs = self._run_compiled([(jobs[place], compiled[place][0]) for place in left])
            for place, ran in zip(left, runs, strict=False):
                found[place] = ran._replace(seconds=ran.seconds + compiled[place][1])
            left = left[len(runs) :]
        return found

    def _run_compiled(self, programs: Sequence[tuple[Job, Compiled]]) -> list[Ran]:
        """Run programs in one machine; return results of the first ones, up to the one after which it ended.

        At least one: a machine that ends without a result was ended by the first program.
        """
        batch, *nonces = [new_nonce() for _ in range(len(programs) + 1)]
        parts = [encoded_text(batch)]
        for nonce, (job, one) in zip(nonces, programs, strict=True):
            entry_point, cases = job.options.get("entry_point", ""), job.options.get("cases", "")
            program = encoded_program(job.main, entry_point, base64.b64decode(cases), one.classes)
            parts += (encoded_text(nonce), program)
        own = self.limits
        arguments = [str(own.cpu_s), str(int(own.wall_s)), str(own.output_bytes), *self.libraries]
        command = driver_command(self.java, "RunEach", _OPTIONS, arguments)
        stdin = b"".join(parts) + encoded_text("")
        done = self.sandbox.run(command, {DRIVER: self.drivers}, _of_batch(own, len(programs)), stdin=stdin)
        lines = driver_lines(done.stdout, [batch, *nonces])
        if _STARTED not in lines[batch]:
            said = one_line(done.stderr.decode("utf-8", "replace"), _MESSAGE_CHARACTERS)
            raise SandboxFailed(f"java cannot be started in the sandbox: {said}", "see: synthcode doctor")
        found: list[Ran] = []
        for nonce in nonces:
            ran = _ran(lines[nonce])
            if ran is None:
                break
            found.append(ran)
        return found or [_ended(done, lines[nonces[0]])]


def _of_batch(own: Limits, programs: int) -> Limits:
    """Return the limits of a machine: the driver ends it early at a program that reaches its own."""
    more = _START_S + _SECONDS_OF_EACH * programs
    return replace(
        own,
        cpu_s=own.cpu_s + more,
        wall_s=own.wall_s + more,
        processes=256,
        output_bytes=16 * own.output_bytes,
    )


def _ran(lines: Sequence[str]) -> Ran | None:
    """Return what the driver says of a program; None if it did not come to that."""
    if not lines or not lines[-1].startswith(f"{_STATUS} "):
        return None
    status, millis, message = lines[-1].split(" ")[1:4]
    shown = one_line(base64.b64decode(message).decode("utf-8", "replace"), _MESSAGE_CHARACTERS)
    results = tuple(line for line in lines[:-1] if line != END)
    if status == _USED_UP:
        return Ran("timed_out", results, shown, int(millis) / 1000, used_up=True)
    return Ran(cast(RunStatus, status), results, shown, int(millis) / 1000)


def _ended(done: Finished, lines: Sequence[str]) -> Ran:
    """Return what came of a program that ended the machine."""
    status: RunStatus = "failed"
    if done.exit_code == _DRIVER_ENDED:
        return Ran("crashed", tuple(lines), "it wrote too much", 0.0)
    if done.timed_out or done.exit_code == _TIME_SIGNAL:
        status = "timed_out"
    elif done.exit_code > _FIRST_SIGNAL:
        status = "crashed"
    elif done.exit_code == 0:
        status = "stopped"
    shown = "" if status == "stopped" else f"it ended its process with the status {done.exit_code}"
    return Ran(status, tuple(lines), shown, 0.0, used_up=status == "timed_out" and not done.timed_out)
