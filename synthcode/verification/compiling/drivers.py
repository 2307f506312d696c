"""Programs of this project that check many sources in one process: starting a compiler takes longer than using it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from synthcode.errors import SandboxFailed
from synthcode.verification.languages.csharp.compiling import SMALL_HEAP, build_program
from synthcode.verification.languages.javascript.packages import typescript_files
from synthcode.verification.sandboxes.sandbox import Limits

if TYPE_CHECKING:
    from synthcode.verification.compiling.compilers import Compiler
    from synthcode.verification.sandboxes.sandbox import Sandbox

_BUILD_LIMITS = Limits(
    cpu_s=120, wall_s=600, address_space_bytes=None, processes=256, open_files=1024, output_bytes=64 << 20
)
_MESSAGE_CHARACTERS = 200
_BUILT = "driver"
_BUILD_GO = """
export GOCACHE=/tmp/cache GOPATH=/tmp/path GO111MODULE=off GOPROXY=off GOTOOLCHAIN=local CGO_ENABLED=0
"$1" build -ldflags '-s -w' -o /tmp/driver "$2" >&2 && cat /tmp/driver
"""
_RUN_BUILT = f"cp {_BUILT} /tmp/{_BUILT} && chmod 700 /tmp/{_BUILT} && exec /tmp/{_BUILT}"


def build_driver(compiler: Compiler, program: Path, sandbox: Sandbox) -> bytes:
    """Build the driver of a compiler in a sandbox, if it needs to be built.

    Returns
    -------
    bytes
        The executable; empty if the driver is run from its source, or if there is none.

    Raises
    ------
    SandboxFailed
        If it cannot be built.
    """
    if compiler.driver is not None and compiler.driver.suffix == ".cs":
        return build_program(program, sandbox, [compiler.driver])
    if compiler.driver is None or compiler.driver.suffix != ".go":
        return b""
    source = compiler.driver
    command = ["sh", "-c", _BUILD_GO, "build", str(program), source.name]
    done = sandbox.run(command, {source.name: source.read_bytes()}, _BUILD_LIMITS)
    if done.exit_code != 0:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())[:_MESSAGE_CHARACTERS]
        raise SandboxFailed(f"it cannot build {source.name}: {said}", "see what it is with: synthcode doctor")
    return done.stdout


def driver_command(compiler: Compiler, program: Path, built: bytes) -> tuple[list[str], Mapping[str, bytes]]:
    """Return the command that runs a compiler's driver, and the files that it needs.

    Parameters
    ----------
    compiler, program
        The compiler, and where it lies.
    built
        What ``build_driver`` has made for it.
    """
    assert compiler.driver is not None
    if compiler.driver.suffix == ".cs":
        return ["env", SMALL_HEAP, str(program.with_name("mono")), _BUILT, *compiler.arguments], {_BUILT: built}
    if built:
        return ["sh", "-c", _RUN_BUILT], {_BUILT: built}
    starter = program if compiler.driver.suffix == ".js" else program.with_name("java")
    files = {compiler.driver.name: compiler.driver.read_bytes()}
    if compiler.package[0]:
        files |= typescript_files()
    return [str(starter), *compiler.arguments, compiler.driver.name], files
