"""The plug-in that lets CI fail on skipped tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.suite.required_tests import VARIABLE

ROOT = Path(__file__).resolve().parents[2]
SKIPPING = """
import pytest

def test_that_passes():
    pass

@pytest.mark.skip(reason="needs a folder that is not there")
def test_without_a_folder():
    pass

def test_without_a_compiler():
    pytest.skip("needs a compiler or interpreter: rustc")

@pytest.mark.xfail
def test_that_is_known_to_fail():
    assert False
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("strict", "counts"), [("1", "1 passed, 1 skipped, 1 xfailed, 1 error"), ("", "1 passed, 2 skipped, 1 xfailed")]
)
def test_only_missing_tools_may_skip_in_ci(tmp_path: Path, strict: str, counts: str) -> None:
    (tmp_path / "test_skipping.py").write_text(SKIPPING)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.support.suite.required_tests", "-c", os.devnull]
    environment = os.environ | {"PYTHONPATH": str(ROOT), VARIABLE: strict, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run([*command, tmp_path], env=environment, capture_output=True, text=True, check=False)
    assert counts in done.stdout
    assert done.returncode == (1 if strict else 0)
    assert ("needs a folder that is not there" in done.stdout) == bool(strict)
