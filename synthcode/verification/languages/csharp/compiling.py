"""Compiling many programs in one process of a driver; one on which the compiler breaks costs only itself."""

from __future__ import annotations

import base64
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from synthcode.errors import SandboxFailed
from synthcode.sanitize import one_line
from synthcode.verification.running.programs import RUN_LIMITS
from synthcode.verification.sandboxes.sandbox import Limits, Sandbox

DRIVER = Path(__file__).with_name("CompileEach.cs")
"""The source of the driver; its documentation says what it reads and writes."""
LIBRARIES = ("-r:System.Numerics.dll", "-r:System.Core.dll", "-r:Microsoft.CSharp.dll")
MONO_LIMITS = replace(RUN_LIMITS, address_space_bytes=None, data_bytes=2 << 30, processes=128)
"""For one program in Mono, which reserves more than it uses."""
SECONDS = 10
"""Of processor, for one source."""
SMALL_HEAP = "MONO_GC_PARAMS=max-heap-size=768m"
_START_SECONDS = 20
_WALL_FACTOR = 6
_MESSAGES_BYTES = 64 << 10
_BUILD = 'mcs="$1"; shift; "$mcs" -nologo -out:/tmp/built.exe "$@" >&2 && cat /tmp/built.exe'
_NOT_STARTED = frozenset({1, 126, 127})
_MESSAGE_CHARACTERS = 200


class Compiled(NamedTuple):
    """What the compiler made of a source."""

    assembly: bytes
    """Empty if it refuses the source."""
    messages: str
    """Why; empty if it does not survive the source."""


def build_program(mcs: Path, sandbox: Sandbox, sources: Sequence[Path]) -> bytes:
    """Compile a program of this project in a sandbox and return it.

    Raises
    ------
    SandboxFailed
        If it cannot be compiled.
    """
    files = {path.name: path.read_bytes() for path in sources}
    limits = replace(MONO_LIMITS, cpu_s=60, wall_s=600)
    done = sandbox.run(["sh", "-c", _BUILD, "build", str(mcs), *LIBRARIES, *files], files, limits)
    if done.exit_code != 0 or not done.stdout:
        said = one_line(done.stderr.decode("utf-8", "replace"), _MESSAGE_CHARACTERS)
        raise SandboxFailed(f"mcs cannot compile {sources[0].name}: {said}", "see what it is with: synthcode doctor")
    return done.stdout


@dataclass(frozen=True)
class BatchCompiler:
    """Compiles sources to libraries, many in one process.

    Parameters
    ----------
    sandbox
        Where.
    mono
        The runtime.
    driver
        The driver's program, from ``build_program``.
    harness
        The program with which each source is compiled.
    seconds
        Of processor, for one source.
    """

    sandbox: Sandbox
    mono: Path
    driver: bytes = field(repr=False)
    harness: bytes = field(repr=False)
    seconds: int = SECONDS

    def compile(self, sources: Sequence[str]) -> list[tuple[Compiled, float]]:
        """Return what the compiler makes of each source, and the seconds of its share.

        Raises
        ------
        SandboxFailed
            If the compiler cannot be run.
        """
        started = time.monotonic()
        encoded = [source.encode("utf-8", "replace") for source in sources]
        found: list[Compiled] = []
        while len(found) < len(encoded):
            found += self._compile(encoded[len(found) :])
        share = (time.monotonic() - started) / max(1, len(sources))
        return [(one, share) for one in found]

    def _compile(self, sources: Sequence[bytes]) -> list[Compiled]:
        """Compile the first of the sources, up to one on which the compiler breaks."""
        files = {"driver.exe": self.driver, "harness.exe": self.harness}
        options = ("-nologo", "-unsafe", "-warn:0", *LIBRARIES, "-r:harness.exe")
        command = ["env", SMALL_HEAP, str(self.mono), "driver.exe", str(self.seconds), "assemblies", *options]
        stdin = b"".join(struct.pack(">I", len(source)) + source for source in sources)
        done = self.sandbox.run(command, files, _of_batch(sources), stdin=stdin)
        found = [_compiled(line) for line in done.stdout.split(b"\n")[:-1]]
        if not found and done.exit_code in _NOT_STARTED:
            said = one_line(done.stderr.decode("utf-8", "replace"), _MESSAGE_CHARACTERS)
            raise SandboxFailed(f"mcs cannot be started in the sandbox: {said}", "see: synthcode doctor")
        return found or [Compiled(b"", "")]


def _of_batch(sources: Sequence[bytes]) -> Limits:
    """Return the limits of a batch: the driver ends it early at a source that takes too long."""
    seconds = _START_SECONDS + SECONDS + len(sources)
    output_bytes = len(sources) * _MESSAGES_BYTES + 20 * sum(map(len, sources))
    return replace(MONO_LIMITS, cpu_s=seconds, wall_s=_WALL_FACTOR * seconds, output_bytes=output_bytes)


def _compiled(line: bytes) -> Compiled:
    status, _, encoded = line.partition(b" ")
    content = base64.b64decode(encoded)
    if status == b"0":
        return Compiled(content, "")
    return Compiled(b"", content.decode("utf-8", "replace") if status == b"1" else "")
