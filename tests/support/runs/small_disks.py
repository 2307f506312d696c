"""A disk of a few megabytes, for what must happen when it is full."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def on_small_disk(script: str, folder: Path, megabytes: int) -> subprocess.CompletedProcess[str]:
    """Run a Python script with ``folder`` as a disk of its own; skip where nothing can be mounted.

    Root stays root of the machine if it may, so that sandboxes work in the script; otherwise the user becomes root in
    a namespace of its own.
    """
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    ways = [["unshare", "-m"], ["unshare", "-rm"]]
    works = [way for way in ways if subprocess.run([*way, *mount], capture_output=True, check=False).returncode == 0]
    if not works:
        pytest.skip("needs the right to mount a tmpfs in a namespace of its own")
    inside = f'{" ".join(mount)} && exec "$0" "$@"'
    command = [*works[0], "sh", "-c", inside, sys.executable, "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=500)
