"""What a sandbox is: a place where a command runs on foreign files and can neither read nor change anything else."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

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
    processes: int = 64
    """Processes and threads, of all."""
    open_files: int = 256
    file_bytes: int = 64 << 20
    """Of each file that is written."""
    scratch_bytes: int = 256 << 20
    """Of each of the writable folders, which lie in memory."""
    output_bytes: int = 64 << 10
    """How much of stdout, and of stderr, is kept."""


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


VARIABLE = "SYNTHCODE_SANDBOX"
"""The environment variable that names the sandbox; worker processes inherit it."""


def open_sandbox(programs: Sequence[Path] = ()) -> Sandbox:
    """Return the sandbox that ``SYNTHCODE_SANDBOX`` names, ``bubblewrap`` by default.

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
    return os.environ.get(VARIABLE) or "bubblewrap"
