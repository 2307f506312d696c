"""The drivers: programs in Java that compile and run many programs in one process. They are compiled once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from synthcode.errors import SandboxFailed
from synthcode.sanitize import one_line
from synthcode.verification.sandboxes.sandbox import Limits, Sandbox

DRIVER = "driver.jar"
BUILD_LIMITS = Limits(
    cpu_s=120, wall_s=300, address_space_bytes=None, processes=256, open_files=1024, output_bytes=16 << 20
)
_SOURCES = tuple(sorted(Path(__file__).parent.glob("*.java")))
_BUILD = """
javac="$1" jar="$2" quick="-J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC"; shift 2
"$javac" $quick -proc:none -nowarn -d /tmp/made ./*.java >&2 && cp "$@" /tmp/made &&
"$jar" $quick cf /tmp/driver.jar -C /tmp/made . && cat /tmp/driver.jar
"""
_MESSAGE_CHARACTERS = 200
_QUICK_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xshare:auto")


def build_drivers(javac: Path, sandbox: Sandbox, compiling: Sequence[Path]) -> bytes:
    """Compile the drivers in a sandbox and return their archive.

    Parameters
    ----------
    javac
        The compiler; ``jar`` lies next to it.
    sandbox
        Where.
    compiling
        The sources of the driver that compiles programs, and other files that it reads.

    Raises
    ------
    SandboxFailed
        If they cannot be compiled.
    """
    sources = {path.name: path.read_bytes() for path in (*_SOURCES, *compiling)}
    command = ["sh", "-c", _BUILD, "build", str(javac), str(javac.with_name("jar")), *sources]
    done = sandbox.run(command, sources, BUILD_LIMITS)
    if done.exit_code != 0 or not done.stdout:
        said = one_line(done.stderr.decode("utf-8", "replace"), _MESSAGE_CHARACTERS)
        raise SandboxFailed(f"javac cannot compile the drivers: {said}", "see what it is with: synthcode doctor")
    return done.stdout


def driver_command(
    java: Path, name: str, options: Sequence[str], arguments: Sequence[str], archives: Sequence[str] = ()
) -> list[str]:
    """Return the command that starts a driver, which uses archives of others."""
    return [str(java), *_QUICK_START, *options, "-cp", ":".join((DRIVER, *archives)), name, *arguments]
