"""A sandbox that runs nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from synthcode.errors import SandboxUnavailable
from synthcode.verification.sandboxes.sandbox import DEFAULT_LIMITS, NO_FILES, Finished, Limits


class NoSandbox:
    """Refuses every command."""

    def __init__(self, programs: Sequence[Path] = ()) -> None:
        self.programs = programs

    def run(
        self,
        command: Sequence[str],
        files: Mapping[str, bytes] = NO_FILES,
        limits: Limits = DEFAULT_LIMITS,
        *,
        stdin: bytes = b"",
    ) -> Finished:
        """Refuse a command."""
        raise SandboxUnavailable(f"acme runs no {command[0]}", "use another sandbox")
