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
"""Of all commands together."""

RUN = ("run", "quickstart", "--out", "{run}", "--workers", "2")
COMMANDS = {
    "run": RUN,
    "report": ("report", "{run}", "--out", "{out}/report.html"),
    "export": ("export", "{run}", "--format", "mteb", "--out", "{out}/mteb"),
    "publish": ("publish", "{run}", "--to", "{out}/published"),
    "evaluate": ("evaluate", "{run}/dataset", "--encoder", "bm25", "--resamples", "100", "--out", "{out}/scores"),
    **{stage: (stage, "{run}", "--force") for stage in ("seeds", "dedup", "translate", "check", "build")},
}


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
@pytest.mark.parametrize("name", COMMANDS)
def test_killed_at_random_moments_a_command_ends_as_if_undisturbed(quickstart: Path, tmp_path: Path, name: str) -> None:
    generator = random.Random(f"{RANDOM_SEED} {name}")
    run, out = tmp_path / "run", tmp_path / "out"
    if name != "run":
        shutil.copytree(quickstart, run)
    command = filled(COMMANDS[name], run, out)
    started = time.monotonic()
    subprocess.run([sys.executable, "-m", "synthcode", *command], check=True, capture_output=True)
    seconds = time.monotonic() - started
    assert run_cli(filled(RUN, run, out)) == 0
    dataset, written = content(run / "dataset"), content(out)
    shutil.rmtree(out, ignore_errors=True)

    hits = 0
    while hits < max(1, KILLS // len(COMMANDS)):
        if name == "run" and generator.random() < 0.5:
            shutil.rmtree(run, ignore_errors=True)
        if killed(command, generator.uniform(0.2, 0.9) * seconds):
            hits += 1
        else:  # it was timed on a busier machine, or had less to do
            seconds *= 0.7
    assert run_cli(command) == 0
    assert run_cli(filled(RUN, run, out)) == 0
    assert content(run / "dataset") == dataset != {}
    assert content(out) == written
    assert bool(written) == any("{out}" in part for part in COMMANDS[name])
    assert not leftovers(tmp_path)
