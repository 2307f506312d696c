"""Every child process of this project: no other module starts one (a test reads the code for it).

A child gets an empty environment unless its caller lists variables, an empty folder as its working directory, limits
on what it may use, and a session of its own that is killed as a whole. It dies with this process.
"""

from __future__ import annotations

import atexit
import functools
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from synthcode.errors import SynthcodeError

ChildProcess = subprocess.Popen[str]

_SYSTEM_FOLDERS = frozenset({"/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"})
_NO_VARIABLES: Mapping[str, str] = {}
_CHUNK_BYTES = 1 << 16
_END_WITHOUT_PARENT = '[ "$PPID" = "$0" ] || exit 1; unset PWD OLDPWD SHLVL; exec "$@"'
"""For ``sh``; it takes out of the environment what it put there."""


@dataclass(frozen=True)
class ResourceLimits:
    """What each process may use (``setrlimit``); None sets no limit. Core dumps are always off."""

    cpu_s: int | None = None
    address_space_bytes: int | None = None
    file_bytes: int | None = None
    """Size of a file that the process writes."""
    open_files: int | None = None
    data_bytes: int | None = None
    """Writable private memory: unlike ``address_space_bytes`` it does not count what is only reserved."""
    processes: int | None = None
    """Of its user, all together."""


@dataclass(frozen=True)
class Completed:
    """A child that has ended, or was killed at its deadline."""

    exit_code: int
    """Negative: the number of the signal that ended it."""
    stdout: bytes
    stderr: bytes
    timed_out: bool


def find_program(name: str) -> Path | None:
    """Return the absolute path of a program on the trusted part of the PATH, or None.

    Relative and empty entries are never searched, nor the working directory under any name: a folder that a user only
    looks at does not choose the programs that run.
    """
    return _find_program(name, trusted_path())


def trusted_path() -> str:
    """Return the PATH without entries that stand for the working directory."""
    here = os.path.realpath(os.curdir)
    return os.pathsep.join(
        entry for entry in os.environ.get("PATH", os.defpath).split(os.pathsep) if _is_trusted(entry, here)
    )


def _is_trusted(entry: str, working_directory: str) -> bool:
    if not os.path.isabs(entry) or Path(entry).parts[1:2] == ("proc",):
        return False
    return entry in _SYSTEM_FOLDERS or os.path.realpath(entry) != working_directory


@functools.cache
def _find_program(name: str, path: str) -> Path | None:
    found = shutil.which(name, path=path)
    return Path(found) if found is not None and os.path.isabs(found) else None


def require_program(name: str, package: str) -> Path:
    """Return the path of a program that the project needs for itself.

    Raises
    ------
    SynthcodeError
        If it is not on the PATH.
    """
    found = find_program(name)
    if found is None:
        raise SynthcodeError(f"{name} is not on the PATH", f"install {package}")
    return found


def run(
    command: Sequence[str | Path],
    *,
    wall_s: float,
    environment: Mapping[str, str] = _NO_VARIABLES,
    limits: ResourceLimits = ResourceLimits(),
    stdin: bytes = b"",
    output_bytes: int = 1 << 20,
    pass_fds: Sequence[int] = (),
    guards_itself: bool = False,
) -> Completed:
    """Run a program to its end, or to its deadline.

    Parameters
    ----------
    command
        The absolute path of the program, and its arguments.
    wall_s
        Seconds after which the program and all its children are killed.
    environment
        All of its environment.
    limits
        What each of its processes may use.
    stdin
        What it reads.
    output_bytes
        How much of stdout, and of stderr, is kept; the rest is read and dropped.
    pass_fds
        File descriptors that stay open in it.
    guards_itself
        The program dies with this process by its own means and sets limits itself, as bubblewrap does.
    """
    words = _checked(command) if guards_itself else _guarded(command, limits, signal.SIGKILL)
    with _file_of(stdin) as source:
        process = subprocess.Popen(
            words,
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            cwd=_working_directory(),
            start_new_session=True,
            pass_fds=pass_fds,
        )
        try:
            stdout, stderr, timed_out = _collect(process, wall_s, output_bytes)
        finally:
            _stop(process, 0)
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
    return Completed(process.returncode, stdout, stderr, timed_out)


@contextmanager
def running(
    command: Sequence[str | Path], *, environment: Mapping[str, str] = _NO_VARIABLES, stop_s: float = 0
) -> Iterator[ChildProcess]:
    """Run a program while the block runs; stdin and stdout (with stderr) are pipes. The caller closes stdout.

    Parameters
    ----------
    command
        The absolute path of the program, and its arguments.
    environment
        All of its environment.
    stop_s
        Seconds from SIGTERM to SIGKILL when the block ends; with 0, SIGKILL at once.
    """
    process = subprocess.Popen(
        _guarded(command, ResourceLimits(), signal.SIGTERM if stop_s else signal.SIGKILL),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=dict(environment),
        cwd=_working_directory(),
        start_new_session=True,  # Ctrl-C is for this process, which stops the child in its own time
    )
    try:
        yield process
    finally:
        _stop(process, stop_s)
        if process.stdin is not None:
            process.stdin.close()


@functools.cache
def _working_directory() -> str:
    """Return an empty folder of this process; it is removed when the process ends."""
    folder = tempfile.mkdtemp(prefix="synthcode-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@contextmanager
def _file_of(content: bytes) -> Iterator[IO[bytes]]:
    """Open a file to be read as standard input."""
    if not content:
        with open(os.devnull, "rb") as nothing:
            yield nothing
        return
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        yield file


def _guarded(command: Sequence[str | Path], limits: ResourceLimits, death_signal: signal.Signals) -> list[str]:
    """Return the command with the programs in front that set its limits and have it die with this process.

    util-linux does it: Python's own ``preexec_fn`` may deadlock in a process with threads. If this process dies
    before the child has requested the signal, none comes: so the child then compares its parent with this process.
    """
    words = _checked(command)
    if sys.platform != "linux":
        return words
    setpriv, prlimit = (str(require_program(name, "util-linux")) for name in ("setpriv", "prlimit"))
    die = [setpriv, "--pdeathsig", death_signal.name.removeprefix("SIG"), "--"]
    look = [str(require_program("sh", "dash")), "-c", _END_WITHOUT_PARENT, str(os.getpid())]
    return [*die, *look, prlimit, *prlimit_options(limits), "--", *words]


def _checked(command: Sequence[str | Path]) -> list[str]:
    words = [str(word) for word in command]
    if not os.path.isabs(words[0]):
        raise ValueError(f"{words[0]} is not an absolute path")
    return words


def prlimit_options(limits: ResourceLimits) -> list[str]:
    """Return the options of ``prlimit`` (util-linux) that set limits."""
    options = {
        "as": limits.address_space_bytes,
        "data": limits.data_bytes,
        "fsize": limits.file_bytes,
        "nofile": limits.open_files,
        "nproc": limits.processes,
    }
    arguments = ["--core=0", *(f"--{name}={value}" for name, value in options.items() if value is not None)]
    if limits.cpu_s is not None:  # SIGXCPU first: it says what happened, where SIGKILL could be anything
        arguments.append(f"--cpu={limits.cpu_s}:{limits.cpu_s + 1}")
    return arguments


def _collect(process: subprocess.Popen[bytes], wall_s: float, output_bytes: int) -> tuple[bytes, bytes, bool]:
    """Read both outputs until the child has ended; return the start of each, and whether the deadline passed."""
    assert process.stdout is not None
    assert process.stderr is not None
    deadline = time.monotonic() + wall_s
    outputs: dict[IO[bytes], bytearray] = {process.stdout: bytearray(), process.stderr: bytearray()}
    with selectors.DefaultSelector() as selector:
        for stream in outputs:
            selector.register(stream, selectors.EVENT_READ, outputs[stream])
        while selector.get_map() and (left := deadline - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                chunk = os.read(key.fd, _CHUNK_BYTES)
                if not chunk:
                    selector.unregister(key.fileobj)
                key.data.extend(chunk[: output_bytes - len(key.data)])
    timed_out = False
    try:
        process.wait(timeout=max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        timed_out = True
    return bytes(outputs[process.stdout]), bytes(outputs[process.stderr]), timed_out


def _stop(process: subprocess.Popen[bytes] | subprocess.Popen[str], stop_s: float) -> None:
    """End the child and its whole group: by SIGTERM if it has time for that, then by SIGKILL."""
    if stop_s:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=stop_s)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
