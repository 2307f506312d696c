"""A user namespace in which a sandbox started by root runs as an unprivileged user of the machine.

bubblewrap maps one user only. Started by root, what runs inside is root for the kernel, though its number there is
another one: limits on processes do not hold for it. This namespace maps root, who sets the sandbox up, and unprivileged
users, as one of which the command runs.
"""

from __future__ import annotations

import functools
import itertools
import os
import threading
from pathlib import Path

from synthcode.errors import SandboxUnavailable
from synthcode.execution.child_processes import ChildProcess, require_program, run, running

_FIRST_ID, _IDS = 65280, 254
"""Users that Debian's policy reserves, and no system gives to anybody."""
_MAP = f"0 0 1\n{_FIRST_ID} {_FIRST_ID} {_IDS}\n"
_numbers = itertools.count()
_one_at_a_time = threading.Lock()


def next_user() -> int:
    """Return a user for one sandbox: the kernel counts processes by user, so that no two share a bound."""
    return _FIRST_ID + next(_numbers) % _IDS


def user_namespace() -> int:
    """Return a file descriptor of the namespace, in which no further one can be made: one for all threads.

    Raises
    ------
    SandboxUnavailable
        If this machine does not let root make one, as in most containers.
    """
    with _one_at_a_time:
        return _new_namespace()


@functools.cache
def _new_namespace() -> int:
    unshare, nsenter, shell = (require_program(*tool) for tool in _TOOLS)
    with running([unshare, "--user", "--", shell, "-c", "echo ready; exec >&-; read line"]) as process:
        try:
            _expect_ready(process)
            for name in ("uid_map", "gid_map"):
                Path(f"/proc/{process.pid}/{name}").write_text(_MAP, "ascii")
            inside = f"/proc/{process.pid}/ns/user"
            forbid = "echo 0 > /proc/sys/user/max_user_namespaces"
            done = run([nsenter, f"--user={inside}", "--", shell, "-c", forbid], wall_s=300)
            if done.exit_code != 0:
                raise OSError(done.stderr.decode("utf-8", "replace").strip()[:200])
            return os.open(inside, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as problem:
            raise SandboxUnavailable(
                f"root cannot make a user namespace for the sandbox: {problem}",
                "allow user namespaces, or run as another user than root",
            ) from problem


_TOOLS = (("unshare", "util-linux"), ("nsenter", "util-linux"), ("sh", "a POSIX shell"))


def _expect_ready(process: ChildProcess) -> None:
    assert process.stdout is not None
    with process.stdout as output:
        line = output.readline(500).strip()
    if line != "ready":
        raise OSError(line)
