"""Pure functions that kill or hold the process that applies them."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from synthcode.execution.executor import PoisonPolicy, halve

DEADLY = 13
SURVIVAL: PoisonPolicy[Any, Any] = PoisonPolicy(bisect=halve, on_lost_row=lambda batch, reason: [reason for _ in batch])


def double(batch: list[int]) -> list[int | str]:
    """Double numbers; 13 kills the process."""
    if DEADLY in batch:
        os.kill(os.getpid(), signal.SIGSEGV)
    return [2 * item for item in batch]


def work_on(folder: Path, number: int) -> list[int | str]:
    """Return a batch of ``double_once_released``."""
    return [str(folder), number]


def double_once_released(batch: list[int | str]) -> list[int | str]:
    """Note in a folder which process has a number worked on, wait for the file ``go``, and double the number."""
    folder, number = Path(str(batch[0])), int(batch[1])
    with (folder / f"{number}.workers").open("a") as workers:
        workers.write(f"{os.getppid()}\n")
    deadline = time.monotonic() + 240
    while not (folder / "go").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    return [2 * number]


def fail(batch: list[int]) -> list[int | str]:
    """Raise an error of the function's own."""
    raise ArithmeticError(batch)
