"""Compiling many programs in one process of a driver; one on which the compiler breaks costs only itself."""

from __future__ import annotations

import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from synthcode.errors import SandboxFailed
from synthcode.sanitize import one_line
from synthcode.verification.languages.jvm.drivers import BUILD_LIMITS, DRIVER, driver_command
from synthcode.verification.languages.jvm.wire import Compiled, compiled_programs, encoded_text
from synthcode.verification.running.job import Job
from synthcode.verification.sandboxes.sandbox import Sandbox

SECONDS = 30
"""Of the processor, for one program."""
_LIMITS = replace(BUILD_LIMITS, cpu_s=600, wall_s=3600, output_bytes=64 << 20, scratch_bytes=512 << 20)
_OPTIONS = ("-Xmx1g", "-Dkotlin.environment.keepalive=true")
_MESSAGE_CHARACTERS = 200


@dataclass(frozen=True)
class BatchCompiler:
    """Compiles jobs, many in one process.

    Parameters
    ----------
    sandbox
        Where.
    java
        The program that starts a virtual machine.
    drivers
        The archive of the drivers.
    name
        The driver's main class. It reads how many sources there are, and the sources.
    arguments
        The driver's, after the milliseconds of the processor that a source may take.
    archives
        What the driver uses: a compiler that is not the JDK's.
    """

    sandbox: Sandbox
    java: Path
    drivers: bytes = field(repr=False)
    name: str
    arguments: tuple[str, ...] = ()
    archives: tuple[str, ...] = ()

    def compile(self, jobs: Sequence[Job]) -> list[tuple[Compiled, float]]:
        """Return what the compiler makes of each job, and the seconds of its share.

        Raises
        ------
        SandboxFailed
            If the compiler cannot be run.
        """
        started = time.monotonic()
        sources = ["\n".join(job.files.values()) for job in jobs]
        found: list[Compiled] = []
        while len(found) < len(sources):
            found += self._compile(sources[len(found) :])
        share = (time.monotonic() - started) / max(1, len(jobs))
        return [(one, share) for one in found]

    def _compile(self, sources: Sequence[str]) -> list[Compiled]:
        """Compile the first of the sources, up to one on which the compiler breaks."""
        arguments = [str(SECONDS * 1000), *self.arguments]
        command = driver_command(self.java, self.name, _OPTIONS, arguments, self.archives)
        stdin = struct.pack(">i", len(sources)) + b"".join(map(encoded_text, sources))
        done = self.sandbox.run(command, {DRIVER: self.drivers}, _LIMITS, stdin=stdin)
        found = compiled_programs(done.stdout)
        if not found and done.exit_code in (1, 126, 127):
            said = one_line(done.stderr.decode("utf-8", "replace"), _MESSAGE_CHARACTERS)
            raise SandboxFailed(f"the compiler cannot be started in the sandbox: {said}", "see: synthcode doctor")
        return found or [Compiled({}, "the compiler breaks on it")]
