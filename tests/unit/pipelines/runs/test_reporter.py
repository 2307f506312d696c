"""A run from Python: its messages and progress go to the caller, and no command-line package is loaded."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from synthcode.pipelines.runs.interrupt import StopRequest
from synthcode.pipelines.runs.recipe import load_recipe
from synthcode.pipelines.runs.reporter import Bar
from synthcode.pipelines.runs.run import Run, open_run
from synthcode.pipelines.runs.step import run_if_stale
from synthcode.pipelines.steps.seeds import seeds_step


class Listener:
    """Keeps what a run says."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.bars: list[str] = []
        self.done = 0

    def message(self, line: str) -> None:
        self.lines.append(line)

    @contextmanager
    def progress(self, label: str, total: int | None) -> Iterator[Bar]:
        self.bars.append(label)
        yield self

    def advance(self, count: int = 1, note: str = "") -> None:
        self.done += count


def open_quickstart(folder: Path, listener: Listener | None = None) -> Run:
    return open_run(folder, StopRequest(), {"workers": 1}, load_recipe("quickstart"), reporter=listener)


def test_messages_and_progress_go_to_the_reporter(tmp_path: Path) -> None:
    listener = Listener()
    run = open_quickstart(tmp_path, listener)
    assert run_if_stale(run, seeds_step())
    assert not run_if_stale(run, seeds_step())
    counted = run.manifest.stages["seeds"].counts
    assert listener.bars == ["seeds"]
    assert listener.done == counted["seeds"] + sum(counted["rejected"].values())
    first, second = listener.lines
    assert first.startswith(f"seeds: {counted['seeds']} seeds, ")
    assert second.startswith("seeds: unchanged, nothing to do")


@pytest.mark.slow
def test_a_run_is_silent_by_default(tmp_path: Path) -> None:
    program = f"""
from pathlib import Path
from synthcode.pipelines.runs.interrupt import StopRequest
from synthcode.pipelines.runs.recipe import load_recipe
from synthcode.pipelines.runs.run import open_run
from synthcode.pipelines.runs.step import run_if_stale
from synthcode.pipelines.steps.seeds import seeds_step
run_if_stale(open_run(Path({str(tmp_path)!r}), StopRequest(), {{}}, load_recipe("quickstart")), seeds_step())
import sys
assert not {{"click", "rich"}} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == done.stderr == ""
