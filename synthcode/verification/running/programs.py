"""The simplest runner: each program in a sandbox of its own."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from synthcode.sanitize import one_line
from synthcode.verification.running.job import END, Job, Ran, RunStatus
from synthcode.verification.sandboxes.sandbox import Finished, Limits, Sandbox

RUN_LIMITS = Limits(cpu_s=10, wall_s=30, output_bytes=1 << 20)
"""For one program with its tests."""
REFUSED = 120
"""The exit status with which a command says that the compiler did not accept the program."""
_TIME_SIGNAL = 128 + 24
_SIGNALS = range(128 + 1, 128 + 65)
_MESSAGE_CHARACTERS = 200


def _counts(_message: str) -> str:
    return ""


@dataclass(frozen=True)
class ProgramRunner:
    """Runs each job by one command in a sandbox of its own.

    Parameters
    ----------
    sandbox
        Where.
    command
        What is run. It reads the nonce from standard input, and ends with ``REFUSED`` if it compiles first and the
        compiler refuses the program.
    message
        The first match of this pattern in the output is the error: its group, or all of it.
    limits
        What a program may use.
    misfit
        Says from the error why it does not count against the program, such as a library that this machine lacks; empty
        if it does.
    """

    sandbox: Sandbox
    command: tuple[str, ...]
    message: re.Pattern[str]
    limits: Limits = field(default=RUN_LIMITS)
    misfit: Callable[[str], str] = field(default=_counts)

    def run(self, jobs: Sequence[Job]) -> list[Ran]:
        """Run jobs one after another; see ``Runner.run``."""
        return [self._run(job) for job in jobs]

    def with_patience(self, factor: float) -> Self:
        """Return a runner with so many times the wall clock; see ``Runner.with_patience``."""
        return replace(self, limits=self.limits.with_patience(factor))

    def _run(self, job: Job) -> Ran:
        nonce = new_nonce()
        started = time.monotonic()
        files = {name: content.encode("utf-8", "replace") for name, content in job.files.items()}
        done = self.sandbox.run(self.command, files, self.limits, stdin=f"{nonce}\n".encode())
        ran = result(done, nonce, self.message, time.monotonic() - started)
        reason = self.misfit(ran.message) if ran.status == "failed" else ""
        return ran._replace(status="misfit", message=reason) if reason else ran


def new_nonce() -> str:
    """Return a word that no program can guess."""
    return secrets.token_hex(16)


def result(done: Finished, nonce: str, message: re.Pattern[str], seconds: float) -> Ran:
    """Return what came of a command that ran one job.

    Parameters
    ----------
    done
        How the command ended, and what it wrote.
    nonce
        What begins the harness's lines.
    message
        The pattern of an error.
    seconds
        How long it took.
    """
    lines = harness_lines(done.stdout.decode("utf-8", "replace"), nonce)
    status = _status(done, bool(lines) and lines[-1] == END)
    shown = "" if status == "completed" else first_error(done, message, nonce)
    used_up = status == "timed_out" and not done.timed_out
    return Ran(status, tuple(line for line in lines if line != END), shown, seconds, used_up)


def harness_lines(output: str, nonce: str) -> list[str]:
    """Return what a harness wrote, among what the program wrote."""
    start = f"{nonce} "
    return [line[len(start) :].rstrip("\r") for line in output.split("\n") if line.startswith(start)]


def first_error(done: Finished, message: re.Pattern[str], nonce: str) -> str:
    """Return the first error in one line, without characters that a terminal would obey."""
    lines = (done.stderr + b"\n" + done.stdout).decode("utf-8", "replace").splitlines()
    said = "\n".join(line for line in lines if nonce not in line)
    found = message.search(said)
    if found is not None:
        return one_line(next(filter(None, found.groups()), found[0]), _MESSAGE_CHARACTERS)
    return one_line(next((line for line in said.splitlines() if line.strip()), ""), _MESSAGE_CHARACTERS)


def _status(done: Finished, ended: bool) -> RunStatus:
    if done.timed_out or done.exit_code == _TIME_SIGNAL:
        return "completed" if ended else "timed_out"  # a runtime may hang on its way out, after the last test
    if done.exit_code == REFUSED and not ended:
        return "refused"
    if done.exit_code in _SIGNALS:
        return "crashed"
    if done.exit_code != 0:
        return "failed"
    return "completed" if ended else "stopped"
