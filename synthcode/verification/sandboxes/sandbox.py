"""What a sandbox is: a place where a command runs on foreign files and can neither read nor change anything else."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from synthcode.errors import SandboxUnavailable, SynthcodeError
from synthcode.plugins import SANDBOXES

FOLDER = "/box"
"""Where the files lie, and where the command starts. It can be written to; nothing of it is kept."""


@dataclass(frozen=True)
class Limits:
    """What a command may use in a sandbox."""

    cpu_s: int = 10
    """Seconds of processor, of each process."""
    wall_s: float = 60
    """Seconds from start to end, of all. Well above ``cpu_s``: a busy machine must not change a result."""
    address_space_bytes: int | None = 4 << 30
    """Of each process; None for programs that reserve much more than they use."""
    data_bytes: int | None = None
    """Of each process, of memory that it can write to (``RLIMIT_DATA``): it bounds programs that reserve much more than
    they use, such as those of V8, the JVM and Go."""
    processes: int = 64
    """Processes and threads, of all."""
    open_files: int = 256
    file_bytes: int = 64 << 20
    """Of each file that is written."""
    scratch_bytes: int = 256 << 20
    """Of each of the writable folders, which lie in memory."""
    output_bytes: int = 64 << 10
    """How much of stdout, and of stderr, is kept."""

    def with_patience(self, factor: float) -> Limits:
        """Return the same with so many times the wall clock. What a command computes takes no more of the processor."""
        return replace(self, wall_s=factor * self.wall_s)


@dataclass(frozen=True)
class Finished:
    """What came of a command."""

    exit_code: int
    """As in a shell: 128 and the number of the signal, if one ended it."""
    stdout: bytes
    stderr: bytes
    timed_out: bool = False
    """Whether it was killed because it reached ``Limits.wall_s``."""


NO_FILES: Mapping[str, bytes] = {}
DEFAULT_LIMITS = Limits()


class Sandbox(Protocol):
    """Runs commands on foreign files, each in a new sandbox."""

    def run(
        self,
        command: Sequence[str],
        files: Mapping[str, bytes] = NO_FILES,
        limits: Limits = DEFAULT_LIMITS,
        *,
        stdin: bytes = b"",
    ) -> Finished:
        """Run a command.

        Parameters
        ----------
        command
            A program, by its absolute path or by its name, and its arguments.
        files
            Name -> content of what lies in ``FOLDER``. Names contain no slash.
        limits
            What the command may use.
        stdin
            What the command reads.

        Raises
        ------
        SandboxUnavailable
            If this machine has no sandbox.
        SandboxFailed
            If the sandbox broke; the command may not have run at all.
        """


DEFAULT = "bubblewrap"
VARIABLE = "SYNTHCODE_SANDBOX"
"""The environment variable that names the sandbox; worker processes inherit it."""


def open_sandbox(programs: Sequence[Path] = ()) -> Sandbox:
    """Return the sandbox that ``--sandbox`` or ``SYNTHCODE_SANDBOX`` names, ``bubblewrap`` by default.

    Parameters
    ----------
    programs
        Programs outside of the system's folders that commands run.

    Raises
    ------
    InputError
        If there is no sandbox of that name.
    """
    sandbox: Sandbox = SANDBOXES.load_factory(sandbox_name())(tuple(programs))
    return sandbox


def sandbox_name() -> str:
    """Return the name of the sandbox in use."""
    return os.environ.get(VARIABLE) or DEFAULT


def why_no_sandbox() -> str | None:
    """Return why the sandbox does not work on this machine, or None if it does: it is tried once."""
    return _problem_of(sandbox_name())


def try_sandbox_again() -> None:
    """Forget whether the sandbox works: it may have broken since."""
    _problem_of.cache_clear()


def require_sandbox() -> None:
    """Refuse to go on without a sandbox.

    Raises
    ------
    SandboxUnavailable
        If it does not work on this machine.
    """
    problem = why_no_sandbox()
    if problem is None:
        return
    name = sandbox_name()
    if name == DEFAULT:
        lack, remedy = "this machine has none", "install bubblewrap and allow user namespaces"
    else:
        lack, remedy = f"{name} does not work here", "choose another with --sandbox"
    raise SandboxUnavailable(
        f"programs are only compiled and run in a sandbox, and {lack}: {problem}",
        f"{remedy}, or leave out --compile and verify",
    )


@functools.cache
def _problem_of(name: str) -> str | None:
    """Try whether ``true`` succeeds in a sandbox and ``false`` fails."""
    try:
        sandbox = open_sandbox()
        codes = [sandbox.run([program]).exit_code for program in ("true", "false")]
    except SynthcodeError as problem:
        return problem.problem
    return None if codes == [0, 1] else f"'true' and 'false' end with {codes} in it"
