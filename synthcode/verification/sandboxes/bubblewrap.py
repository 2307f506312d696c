"""The sandbox that bubblewrap (``bwrap``) makes from the kernel's namespaces; it ends with its last process."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from synthcode.errors import SandboxFailed
from synthcode.execution.child_processes import ResourceLimits, prlimit_options, require_program, run
from synthcode.verification.sandboxes.sandbox import DEFAULT_LIMITS, FOLDER, NO_FILES, Finished, Limits
from synthcode.verification.sandboxes.user_namespace import next_user, user_namespace
from synthcode.verification.sandboxes.visible_files import covered_folders, system_files, system_links, tool_files

_NOBODY = "65534"
_STATUS_BYTES = 1 << 16
_KILLED = 137
_NEXT_STEP = "see what is missing with: synthcode doctor"


@dataclass(frozen=True)
class Bubblewrap:
    """A sandbox without network, in which only tools can be read and only folders in memory can be written.

    Parameters
    ----------
    programs
        Programs outside of the system's folders: their own files are shown, too.
    """

    programs: tuple[Path, ...] = ()

    def run(
        self,
        command: Sequence[str],
        files: Mapping[str, bytes] = NO_FILES,
        limits: Limits = DEFAULT_LIMITS,
        *,
        stdin: bytes = b"",
    ) -> Finished:
        """Run a command on files in a new sandbox; see ``Sandbox.run``."""
        with _status_pipe() as (reader, writer), ExitStack() as opened:
            arguments = [*self._namespaces(), "--json-status-fd", str(writer), *self._view(limits)]
            sources = [opened.enter_context(_in_memory(content)) for content in files.values()]
            for name, source in zip(files, sources, strict=True):
                if "/" in name:
                    raise ValueError(f"{name!r} is not the name of a file")
                arguments += ["--perms", "0644", "--file", str(source), f"{FOLDER}/{name}"]
            namespace = [user_namespace()] if _is_root() else []
            done = run(
                [*arguments, "--", *_unprivileged(limits), *command],
                wall_s=limits.wall_s,
                stdin=stdin,
                output_bytes=limits.output_bytes,
                pass_fds=[writer, *sources, *namespace],
                guards_itself=True,
            )
            exit_code = _reported_exit_code(_read_all(reader))
        if done.timed_out:
            return Finished(_KILLED, done.stdout, done.stderr, timed_out=True)
        if exit_code is None:
            message = " ".join(done.stderr.decode("utf-8", "replace").split())[:200]
            raise SandboxFailed(f"the sandbox broke: {message or f'bwrap ended with {done.exit_code}'}", _NEXT_STEP)
        return Finished(exit_code, done.stdout, done.stderr)

    def _namespaces(self) -> list[str]:
        arguments = [str(require_program("bwrap", "bubblewrap")), "--die-with-parent", "--new-session"]
        arguments += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
        arguments += ["--hostname", "sandbox", "--cap-drop", "ALL"]
        if not _is_root():
            return [*arguments, "--unshare-user", "--uid", _NOBODY, "--gid", _NOBODY, *_no_further_namespaces()]
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"):  # to become unprivileged with, see below
            arguments += ["--cap-add", capability]
        return [*arguments, "--userns", str(user_namespace())]

    def _view(self, limits: Limits) -> list[str]:
        """Return what there is to see. The order counts: later mounts cover earlier ones."""
        arguments = [*_system_in_view(), "--dev", "/dev", "--proc", "/proc"]
        for folder in ("/dev/shm", "/tmp", FOLDER):
            arguments += ["--perms", "1777", "--size", str(limits.scratch_bytes), "--tmpfs", folder]
        arguments += ["--size", "4096", "--tmpfs", "/dev/pts"]  # a compiler that includes /dev/ptmx waits for ever
        arguments += _tools_in_view(self.programs)
        for folder in ("/dev/pts", "/dev", "/proc", "/"):
            arguments += ["--remount-ro", folder]
        for name, value in self._environment().items():
            arguments += ["--setenv", name, value]
        return [*arguments, "--chdir", FOLDER]

    def _environment(self) -> dict[str, str]:
        folders = dict.fromkeys(str(program.parent) for program in self.programs)
        path = ":".join([*folders, "/usr/local/bin", "/usr/bin", "/bin"])
        return {"PATH": path, "HOME": "/tmp", "TMPDIR": "/tmp", "LANG": "C.UTF-8"}


def _is_root() -> bool:
    return os.geteuid() == 0


def _unprivileged(limits: Limits) -> list[str]:
    """Return what runs first inside of the sandbox: it gives up root, and sets the limits."""
    bounds = ResourceLimits(
        cpu_s=limits.cpu_s,
        address_space_bytes=limits.address_space_bytes,
        file_bytes=limits.file_bytes,
        open_files=limits.open_files,
        data_bytes=limits.data_bytes,
        processes=limits.processes,
    )
    bound = ["prlimit", *prlimit_options(bounds), "--"]
    if not _is_root():
        return bound
    user = next_user()
    drop = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    return [*drop, "--inh-caps=-all", "--bounding-set=-all", "--", *bound]


@functools.cache
def _no_further_namespaces() -> list[str]:
    """Return the option that forbids user namespaces inside; bubblewrap has it from 0.8 on."""
    help_text = run([require_program("bwrap", "bubblewrap"), "--help"], wall_s=30).stdout
    return ["--disable-userns"] if b"--disable-userns" in help_text else []


@functools.cache
def _system_in_view() -> list[str]:
    arguments = _readable(system_files())
    return arguments + [part for target, path in system_links() for part in ("--symlink", target, path)]


@functools.cache
def _tools_in_view(programs: tuple[Path, ...]) -> list[str]:
    own = dict.fromkeys(path for program in programs for path in tool_files(program))
    covered = [str(path) for path in covered_folders()]
    arguments = [part for path in covered for part in ("--tmpfs", path)]
    return [*arguments, *_readable(tuple(own)), *(part for path in covered for part in ("--remount-ro", path))]


def _readable(paths: tuple[Path, ...]) -> list[str]:
    arguments = [part for path in _parents(paths) for part in ("--perms", "0755", "--dir", str(path))]
    return [*arguments, *(part for path in paths for part in ("--ro-bind", str(path), str(path)))]


def _parents(paths: Sequence[Path]) -> list[Path]:
    """Return the folders above, outermost first: bubblewrap would make them for its own user only."""
    return sorted({parent for path in paths for parent in path.parents if parent != Path("/")})


@contextmanager
def _status_pipe() -> Iterator[tuple[int, int]]:
    """Open the pipe on which bubblewrap reports the exit status; no process inside has it."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    try:
        yield reader, writer
    finally:
        os.close(reader)
        os.close(writer)


@contextmanager
def _in_memory(content: bytes) -> Iterator[int]:
    descriptor = os.memfd_create("file")
    try:
        with open(descriptor, "wb", closefd=False) as file:
            file.write(content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)


def _read_all(pipe: int) -> bytes:
    """Return what a pipe holds whose writers have ended."""
    try:
        return os.read(pipe, _STATUS_BYTES)
    except BlockingIOError:
        return b""


def _reported_exit_code(status: bytes) -> int | None:
    """Return the exit status that bubblewrap reports: only of commands that it has started."""
    for line in status.decode("utf-8", "replace").splitlines():
        report = json.loads(line)
        if "exit-code" in report:
            return int(report["exit-code"])
    return None
