"""A disk of a few megabytes, for what must happen when it is full."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def on_small_disk(script: str, folder: Path, megabytes: int) -> subprocess.CompletedProcess[str]:
    """Run a Python script with ``folder`` as a disk of its own; skip where nothing can be mounted."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if subprocess.run(["unshare", "-rm", *mount], capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a tmpfs in a namespace of its own")
    inside = f'{" ".join(mount)} && exec "$0" "$@"'
    command = ["unshare", "-rm", "sh", "-c", inside, sys.executable, "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
