"""'verify' that is killed: it continues, runs nothing twice, and comes to what an undisturbed one does."""

from __future__ import annotations

import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli
from tests.support.programs.many_translations import checked_run, verdicts

COUNT = 120
KILLS = 4
RANDOM_SEED = 11


@contextmanager
def verifying(run: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Verify a run, and kill the process at the end of the block."""
    process = subprocess.Popen([sys.executable, "-m", "synthcode", "verify", str(run)], stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def stored(run: Path) -> int:
    """Return how many cases and verdicts are stored."""
    try:
        with closing(sqlite3.connect(f"file:{run / 'test_verdicts.sqlite'}?mode=ro", uri=True)) as store:
            return int(store.execute("SELECT count(*) FROM verdicts").fetchone()[0])
    except sqlite3.OperationalError:  # it is not there yet, or is being made
        return 0


@pytest.mark.durability
def test_killed_at_any_moment_it_ends_as_if_undisturbed(tmp_path: Path) -> None:
    generator = random.Random(RANDOM_SEED)
    run = checked_run(tmp_path, COUNT)
    expected = tmp_path / "expected"
    shutil.copytree(run, expected)
    assert run_cli(["verify", str(expected)]) == 0

    # There are as many cases of seeds as verdicts. The last third is far from the last moment of a kill.
    moments = [*sorted(generator.sample(range(5 * COUNT // 3), KILLS)), COUNT + 1]
    for moment in moments:
        with verifying(run) as process:
            while stored(run) < moment and process.poll() is None:
                time.sleep(0.02)
        is_done = (run / "verification.parquet").exists()  # before the kill
        if is_done:
            assert verdicts(run) == verdicts(expected)
    assert run_cli(["verify", str(run)]) == 0
    counts = json.loads((run / "manifest.json").read_text())["stages"]["verify"]["counts"]
    known = counts["already_known"]
    assert verdicts(run) == verdicts(expected)
    assert (
        sum(row["reason"] == "test_failed" for row in verdicts(run)) == COUNT // 5 - 1
    )  # 0 is added and subtracted alike
    assert counts["run"] + known == COUNT
    assert known > 0 or is_done
