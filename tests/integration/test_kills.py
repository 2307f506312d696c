"""Every command killed (kill -9) at random moments, then run again: what it leaves is what it leaves undisturbed."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli

RANDOM_SEED = 7
KILLS = int(os.environ.get("SYNTHCODE_KILLS", "50"))

RUN = ("run", "quickstart", "--out", "{run}", "--workers", "2")
FINAL = (
    RUN,
    ("report", "{run}", "--out", "{out}/report.html"),
    ("export", "{run}", "--format", "mteb", "--out", "{out}/mteb"),
    ("publish", "{run}", "--to", "{out}/published"),
    ("evaluate", "{run}/dataset", "--encoder", "bm25", "--resamples", "100", "--out", "{out}/scores"),
)
STAGES = tuple((name, "{run}", "--force") for name in ("seeds", "dedup", "translate", "check", "build"))


def filled(command: tuple[str, ...], run: Path, out: Path) -> list[str]:
    return [argument.format(run=run, out=out) for argument in command]


def killed(command: list[str], seconds: float) -> bool:
    """Start a command and kill it and its workers after some seconds; tell whether it was still running."""
    process = subprocess.Popen(
        [sys.executable, "-m", "synthcode", *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def content(folder: Path) -> dict[str, str]:
    """Digest of every file that must not depend on how often a command was killed."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in (".parquet", ".md", ".yaml", ".jsonl", ".tsv", ".csv", ".html", "")
        if path.name not in (".lock", "recipe.yaml")
    }


def leftovers(folder: Path) -> list[Path]:
    return [*folder.rglob(".writing-*"), *folder.rglob(".replaced-*"), *folder.rglob(".aside")]


@pytest.mark.durability
def test_killed_at_random_moments_a_command_ends_as_if_undisturbed(tmp_path: Path) -> None:
    print(f"random seed {RANDOM_SEED}, {KILLS} kills")
    generator = random.Random(RANDOM_SEED)
    expected_run, expected_out = tmp_path / "expected" / "run", tmp_path / "expected" / "out"
    seconds = {}
    for command in FINAL:
        started = time.monotonic()
        process = [sys.executable, "-m", "synthcode", *filled(command, expected_run, expected_out)]
        subprocess.run(process, check=True, capture_output=True)
        seconds[command] = time.monotonic() - started
    seconds |= dict.fromkeys(STAGES, seconds[RUN])
    run, out = tmp_path / "killed" / "run", tmp_path / "killed" / "out"
    hits = dict.fromkeys((*FINAL, *STAGES), 0)
    order = [command for command in (*FINAL, *STAGES) for _ in range(1 + KILLS // (len(FINAL) + len(STAGES)))]
    for command in (*FINAL, *STAGES):
        for _ in range(order.count(command)):
            if command is RUN and generator.random() < 0.5:
                shutil.rmtree(run, ignore_errors=True)
            was_running = killed(filled(command, run, out), generator.uniform(0.2, 0.9) * seconds[command])
            if not was_running:  # it was timed on a busier machine, or as part of a longer command
                seconds[command] *= 0.7
            hits[command] += was_running
        if command in FINAL:
            assert run_cli(filled(command, run, out)) == 0
        assert run_cli(filled(RUN, run, out)) == 0
        assert content(run / "dataset") == content(expected_run / "dataset"), command
    for command in FINAL:
        assert run_cli(filled(command, run, out)) == 0
    assert content(out) == content(expected_out)
    assert not leftovers(tmp_path / "killed")
    assert sum(hits.values()) >= KILLS // 2, hits
