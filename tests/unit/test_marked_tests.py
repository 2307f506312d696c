"""The plug-in that imports only the files whose tests are requested by a mark."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = """[pytest]
addopts = --import-mode=importlib -m 'not slow and not fuzz'
markers =
    slow: takes long
    fuzz: takes longer
"""
SLOW = "import pytest\n\n@pytest.mark.slow\ndef test_slow(): pass\n\ndef test_quick(): pass\n"
BROKEN = "raise RuntimeError('imported')\n"
ONLY_SLOW = "import pytest\n\npytestmark = pytest.mark.slow\n\nraise RuntimeError('imported')\n"
UNNAMED = "from marks import SLOW\n\n@SLOW\ndef test_slow(): pass\n"


def pytest_in(folder: Path, *arguments: str) -> tuple[int, str]:
    (folder / "pytest.ini").write_text(SETTINGS)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.support.suite.marked_tests", *arguments]
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{folder}", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("-m", "slow"), (0, "1 passed, 1 deselected")),
        pytest.param(("-m", "slow or fuzz"), (0, "1 passed, 1 deselected"), marks=pytest.mark.slow),
        pytest.param(("-m", "fuzz"), (5, "no tests ran"), marks=pytest.mark.slow),
        (("-m", "slow", "test_broken.py"), (2, "RuntimeError: imported")),
        (("-m", "not fuzz"), (2, "RuntimeError: imported")),
        ((), (2, "RuntimeError: imported")),
    ],
)
def test_only_files_that_name_a_requested_mark_are_imported(
    tmp_path: Path, arguments: tuple[str, ...], expected: tuple[int, str]
) -> None:
    (tmp_path / "test_slow.py").write_text(SLOW)
    (tmp_path / "test_broken.py").write_text(BROKEN)
    code, printed = pytest_in(tmp_path, *arguments)
    assert code == expected[0]
    assert expected[1] in printed


def test_a_mark_that_a_file_takes_from_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "marks.py").write_text("import pytest\n\nSLOW = pytest.mark.slow\n")
    (tmp_path / "test_unnamed.py").write_text(UNNAMED)
    code, printed = pytest_in(tmp_path)
    assert code == 4
    assert "test_unnamed.py::test_slow: its file does not say mark.slow" in printed


def test_a_run_without_marks_imports_no_file_whose_tests_all_have_one(tmp_path: Path) -> None:
    (tmp_path / "test_slow.py").write_text(SLOW)
    (tmp_path / "test_only_slow.py").write_text(ONLY_SLOW)
    code, printed = pytest_in(tmp_path)
    assert code == 0
    assert "1 passed, 1 deselected" in printed
    assert "RuntimeError: imported" in pytest_in(tmp_path, "-m", "slow")[1]
    assert "RuntimeError: imported" in pytest_in(tmp_path, "-m", "not fuzz")[1]
