"""Programs, many at a time, to a compiler in a sandbox: which of them it refuses, and with what message."""

from __future__ import annotations

import re
import secrets
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from synthcode.toolchains.compilers import Compiler, find_program, first_message, java_driver
from synthcode.toolchains.sandbox import sandboxed

SECONDS = 10
"""Of processor, for one program."""
START_SECONDS = 20
"""Of wall clock, for what is done once."""
LOG_BYTES = 4000
"""Of messages, for one program."""


_KILLED = frozenset({124, 137, 152, 153, 134, 139})
"""Exit statuses of what ``timeout`` has ended, or a signal: KILL, XCPU, XFSZ, ABRT, SEGV."""


def refusals(codes: Sequence[str], compiler: Compiler, seconds: int = SECONDS) -> list[str | None]:
    """Return, for each program, the first message of a compiler that refuses it; None where it does not.

    Programs that end their compiler, or keep it longer than ``seconds``, are refused alone: a batch that comes to no
    end is cut in two.
    """
    logs = _logs(codes, compiler, seconds)
    if logs is not None:
        return [_refusal(compiler, forms) for forms in logs]
    if len(codes) == 1:
        return [f"{compiler.program} came to no end within {seconds} s"]
    middle = len(codes) // 2
    return [*refusals(codes[:middle], compiler, seconds), *refusals(codes[middle:], compiler, seconds)]


def _refusal(compiler: Compiler, forms: Sequence[tuple[int, str]]) -> str | None:
    """Judge a program by what was said of each of its forms: exit status and messages."""
    if any(status == 0 for status, _ in forms):
        return None
    names = compiler.unknown_names
    if names is not None and any(re.search(names, log) for _, log in forms):
        return None
    # Of two forms the one with fewer complaints is what was meant.
    status, log = min(forms, key=lambda form: form[1].count("\n"))
    killed = status in _KILLED and f"{compiler.program} was ended: it took more time or memory than it is given"
    return killed or first_message(compiler, log) or f"{compiler.program} exits with {status}"


def _logs(codes: Sequence[str], compiler: Compiler, seconds: int) -> list[list[tuple[int, str]]] | None:
    """Return exit status and messages for each form of each program; None where there was no end to it."""
    program = find_program(compiler)
    assert program is not None
    nonce = secrets.token_hex(16)  # what a program makes its compiler say cannot pass for what is said of the next
    with tempfile.TemporaryDirectory(prefix="synthcode-") as name:
        folder = Path(name)
        names = _write(codes, compiler, folder)
        command = ["sh", "-c", _script(compiler, names, nonce, seconds)]
        # A killed sandbox takes all in it along.
        limit = START_SECONDS + 2 * seconds * (1 if compiler.at_once else len(names))
        try:
            done = subprocess.run(
                sandboxed(command, folder, tools=[program]),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=limit,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None
    said = re.split(rf"^{nonce} (\S+) (\d+)\n", done.stdout.decode("utf-8", "replace"), flags=re.MULTILINE)
    found = {file: (int(status), log) for file, status, log in zip(said[1::3], said[2::3], said[3::3], strict=True)}
    if set(found) != set(names):
        return None  # the one process that looks at all of them has died of one
    forms = len(compiler.forms)
    return [[found[name] for name in names[start : start + forms]] for start in range(0, len(names), forms)]


def _write(codes: Sequence[str], compiler: Compiler, folder: Path) -> list[str]:
    names = []
    for place, code in enumerate(codes):
        mark, opening = compiler.opening
        opened = code if mark in code else opening + code
        for form, (suffix, before, behind) in enumerate(compiler.forms):
            names.append(f"{place}.{form}{suffix}")
            (folder / names[-1]).write_text(f"{before}{opened}{behind}", "utf-8", newline="\n")
    (folder / "order").write_text("\n".join(names) + "\n", "utf-8")
    if compiler.at_once is not None:
        shutil.copy(java_driver(), folder)
    return names


def _script(compiler: Compiler, names: Sequence[str], nonce: str, seconds: int) -> str:
    """Return the shell script that looks at each file in turn and says what came of it."""
    space = f"ulimit -v {compiler.gigabytes << 20}; " if compiler.gigabytes is not None else ""
    if compiler.at_once is not None:
        files = len(names)
        return f"ulimit -t {START_SECONDS + seconds + files}; {space}{compiler.at_once.format(nonce=nonce)}"
    limits = f"ulimit -t {seconds}; ulimit -f 2048; {space}"
    steps = [
        f"({limits}timeout -k 1 {2 * seconds} {compiler.command.format(file=shlex.quote(name))})"
        f" >/tmp/log 2>&1; printf '\\n%s %s %d\\n' {nonce} {name} $?; head -c {LOG_BYTES} /tmp/log"
        for name in names
    ]
    return "\n".join(steps)
