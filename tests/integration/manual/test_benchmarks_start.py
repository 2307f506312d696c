"""Every script in ``benchmarks/`` starts: its imports exist, and ``--help`` describes it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "benchmarks"
SCRIPTS = sorted(path.name for path in FOLDER.glob("*.py") if "__main__" in path.read_text("utf-8"))
SHOW_HELP = """
import runpy, sys
folder, *scripts = sys.argv[1:]
usual = [folder, *sys.path]
for script in scripts:
    sys.argv = [script, "--help"]
    sys.path[:] = usual  # what one script adds to it is of no use to the next
    for name in [name for name in sys.modules if name.split(".")[0] == "tests"]:
        del sys.modules[name]
    try:
        runpy.run_path(f"{folder}/{script}", run_name="__main__")
    except SystemExit as ended:
        assert ended.code == 0, script
    else:
        raise AssertionError(f"{script} ignores --help")
"""


@pytest.mark.slow
def test_every_benchmark_starts_and_describes_itself(tmp_path: Path) -> None:
    """All in one process, because starting one for each takes longer than their imports together; in any folder."""
    command = [sys.executable, "-c", SHOW_HELP, str(FOLDER), *SCRIPTS]
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    described = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("usage: ")]
    assert described == SCRIPTS
    assert len(SCRIPTS) > 15
