"""Programs that are compiled before they run: compiled and run by one script, each in a sandbox of its own."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from synthcode.verification.running.job import Job, Ran
from synthcode.verification.running.programs import RUN_LIMITS, new_nonce, result
from synthcode.verification.sandboxes.sandbox import Limits, Sandbox


@dataclass(frozen=True)
class CompiledRunner:
    """Compiles and runs each job in a sandbox of its own.

    Parameters
    ----------
    sandbox
        Where.
    script
        A shell script that compiles the files and runs the program, which reads the nonce. It ends with ``REFUSED`` if
        the compiler refuses the files, and never with it if they have been compiled.
    message
        The first match of this pattern in the output is the error: its group, or all of it.
    misfit
        Says from the compiler's messages why they do not count against the program; empty if they do.
    prepared
        Name -> content of files that every program gets, such as a compiled harness.
    replaced
        What is replaced in the harness around a program.
    limits
        What the compiler and the program may use, each.
    """

    sandbox: Sandbox
    script: str
    message: re.Pattern[str]
    misfit: Callable[[str], str]
    prepared: Mapping[str, bytes] = field(default_factory=dict)
    replaced: tuple[str, str] = ("", "")
    limits: Limits = RUN_LIMITS

    def run(self, jobs: Sequence[Job]) -> list[Ran]:
        """Run jobs one after another; see ``Runner.run``."""
        return [self._run(job) for job in jobs]

    def with_patience(self, factor: float) -> Self:
        """Return a runner with so many times the wall clock; see ``Runner.with_patience``."""
        return replace(self, limits=self.limits.with_patience(factor))

    def _run(self, job: Job) -> Ran:
        nonce = new_nonce()
        started = time.monotonic()
        files = {name: self._content(job, name) for name in job.files}
        command = ("sh", "-c", self.script)
        done = self.sandbox.run(command, {**files, **self.prepared}, self.limits, stdin=f"{nonce}\n".encode())
        ran = result(done, nonce, self.message, time.monotonic() - started)
        if ran.status != "refused":
            return ran
        reason = self.misfit(done.stderr.decode("utf-8", "replace"))
        return ran._replace(status="misfit", message=reason) if reason else ran

    def _content(self, job: Job, name: str) -> bytes:
        content = job.files[name]
        if name == job.main and self.replaced[0]:
            content = content.replace(*self.replaced)
        return content.encode("utf-8", "replace")
