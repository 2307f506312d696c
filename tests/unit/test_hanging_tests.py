"""The settings that end a test which hangs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HANGING = """
import hashlib

def test_that_passes():
    pass

def test_that_hangs():
    hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)  # compiled code: no signal handler of Python runs
"""


@pytest.mark.slow
def test_a_test_that_hangs_shows_its_stack_and_fails_by_name(tmp_path: Path) -> None:
    (tmp_path / "test_hanging.py").write_text(HANGING)
    settings = ["-c", ROOT / "pyproject.toml", "-o", "faulthandler_timeout=2", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "-n", "1", "--max-worker-restart", "0", *settings, tmp_path]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=500)
    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout
    assert "crashed while running 'test_hanging.py::test_that_hangs'" in done.stdout
    assert "in test_that_hangs" in done.stderr
