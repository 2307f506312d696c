"""A user's own folders with names of ours change nothing: all modules are imported under ``synthcode``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

OURS = ("pipelines", "evaluation", "prompts", "data_cards", "benchmarks", "docs", "tests")
IMPORTS = """
import synthcode.evaluation, synthcode.pipelines.main
for name in synthcode.__all__:
    getattr(synthcode, name)
print(synthcode.evaluation.__name__)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in OURS:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"raise SystemExit('the own {name} of the user was imported')\n")
    return tmp_path


def python(folder: Path, *arguments: str) -> str:
    """Run Python in a folder that comes first where modules are looked for; return what it prints."""
    path = os.pathsep.join([".", *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_they_would_be_imported(folder: Path) -> None:
    with pytest.raises(AssertionError, match="the own evaluation of the user was imported"):
        python(folder, "-c", "import evaluation")


def test_every_public_name_is_ours(folder: Path) -> None:
    assert python(folder, "-c", IMPORTS) == "synthcode.evaluation\n"


@pytest.mark.slow
def test_a_run_is_built_scored_and_shown_next_to_them(folder: Path) -> None:
    python(folder, "-m", "synthcode", "run", "quickstart", "--out", "run")
    assert "MRR@10" in python(folder, "-m", "synthcode", "evaluate", "run", "--encoder", "bm25", "--resamples", "100")
    python(folder, "-m", "synthcode", "report", "run")
    assert "quickstart" in python(folder, "-m", "synthcode", "show", "run")
