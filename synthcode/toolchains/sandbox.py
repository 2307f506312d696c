"""A sandbox for foreign code: no network, nothing of the machine to be seen but its tools, nothing to be written to.

It is made by bubblewrap (``bwrap``), from the kernel's namespaces: unprivileged, and gone with its last process.
"""

from __future__ import annotations

import functools
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from synthcode.errors import SynthcodeError

BOX = "/box"
"""Where the folder lies that the sandbox is given."""
SCRATCH_BYTES = 256 << 20
"""What can be written inside, in memory."""

_SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64")
_SETTINGS = ("/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d")
_SETTINGS_OF_TOOLS = ("java*", "php")


def sandboxed(command: Sequence[str], folder: Path, *, tools: Iterable[Path] = (), writable: bool = False) -> list[str]:
    """Return the command that runs another one in the sandbox.

    Parameters
    ----------
    command
        What to run, in ``BOX``.
    folder
        What is to be seen as ``BOX``; read only unless ``writable``.
    tools
        Programs that lie outside of ``/usr``: the folders that they are installed in are to be seen, too.
    writable
        Whether ``folder`` can be written to.
    """
    arguments = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]
    arguments += ["--ro-bind", "/usr", "/usr", *_system()]
    arguments += [part for path in _settings() for part in ("--ro-bind", path, path)]
    prefixes = sorted({str(tool.parents[1]) for tool in tools if not tool.is_relative_to("/usr")})
    arguments += [part for prefix in prefixes for part in ("--ro-bind", prefix, prefix)]
    arguments += ["--dev", "/dev", "--proc", "/proc", "--size", str(SCRATCH_BYTES), "--tmpfs", "/tmp"]
    arguments += ["--bind" if writable else "--ro-bind", str(folder), BOX, "--chdir", BOX]
    paths = [*(f"{prefix}/bin" for prefix in prefixes), "/usr/local/bin", "/usr/bin", "/bin"]
    for name, value in (("PATH", ":".join(paths)), ("HOME", "/tmp"), ("LANG", "C.UTF-8")):
        arguments += ["--setenv", name, value]
    return [*arguments, "--", *command]


@functools.cache
def why_no_sandbox() -> str | None:
    """Return why there is no sandbox on this machine, or None where there is one."""
    if shutil.which("bwrap") is None:
        return "bwrap (bubblewrap) is not on the PATH"
    done = subprocess.run(sandboxed(["true"], Path("/usr")), capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"bwrap fails: {done.stderr.strip()[:200]}"


def require_sandbox() -> None:
    """Refuse to go on where there is no sandbox.

    Raises
    ------
    SynthcodeError
        Where there is none.
    """
    problem = why_no_sandbox()
    if problem is not None:
        raise SynthcodeError(
            f"foreign code is compiled in a sandbox only, and there is none: {problem}",
            "install bubblewrap and allow user namespaces, or leave out --compile",
        )


def _system() -> list[str]:
    """Return how folders such as ``/bin`` come in: on most systems they are links into ``/usr``."""
    arguments = []
    for name in _SYSTEM:
        path = Path(name)
        if path.is_symlink():
            arguments += ["--symlink", str(path.readlink()), name]
        elif path.is_dir():
            arguments += ["--ro-bind", name, name]
    return arguments


def _settings() -> list[str]:
    tools = (str(path) for pattern in _SETTINGS_OF_TOOLS for path in sorted(Path("/etc").glob(pattern)))
    return [path for path in (*_SETTINGS, *tools) if Path(path).exists()]
