"""An executor that works in the calling thread, and says so."""

from __future__ import annotations

import sys

from synthcode.execution.executor import Cancellation
from synthcode.execution.serial import SerialExecutor


class AcmeExecutor(SerialExecutor):
    """The serial executor, with a line on stderr when it is opened."""

    def __init__(self, workers: int = 1, cancellation: Cancellation | None = None) -> None:
        super().__init__(workers, cancellation)
        print(f"acme executor for {workers}", file=sys.stderr)
