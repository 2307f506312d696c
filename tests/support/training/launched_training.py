"""``synthcode train`` in two processes, as torchrun starts them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROCESSES = 2


def launch(*arguments: str | Path) -> subprocess.Popen[str]:
    """Start ``synthcode train`` in two processes that share their batches; torchrun finds a free port."""
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(PROCESSES)]
    return subprocess.Popen(
        [sys.executable, *launcher, "-m", "synthcode", "train", *map(str, arguments)],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )


def train_in_two(*arguments: str | Path) -> tuple[int, str]:
    """Train to the end; return the exit code, and what all processes and torchrun printed."""
    process = launch(*arguments)
    printed, _ = process.communicate()
    return process.returncode, printed


def process_of_rank(launcher: int, rank: int) -> int:
    """Return the id of a process that torchrun started; read from Linux's /proc."""
    for children in Path(f"/proc/{launcher}/task").glob("*/children"):
        for child in children.read_text().split():
            if f"LOCAL_RANK={rank}".encode() in Path(f"/proc/{child}/environ").read_bytes().split(b"\0"):
                return int(child)
    raise ProcessLookupError(f"torchrun {launcher} has no process of rank {rank}")
