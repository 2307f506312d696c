"""'verify' that is killed: it continues, runs nothing twice, and comes to what an undisturbed one does."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli
from tests.support.many_translations import checked_run, verdicts

COUNT = 200
KILLS = 4
RANDOM_SEED = 11


@pytest.mark.durability
def test_killed_at_random_moments_it_ends_as_if_undisturbed(tmp_path: Path) -> None:
    generator = random.Random(RANDOM_SEED)
    run = checked_run(tmp_path, COUNT)
    expected = tmp_path / "expected"
    shutil.copytree(run, expected)
    started = time.monotonic()
    assert run_cli(["verify", str(expected)]) == 0
    seconds = time.monotonic() - started

    for _ in range(KILLS):
        process = subprocess.Popen([sys.executable, "-m", "synthcode", "verify", str(run)], stderr=subprocess.DEVNULL)
        time.sleep(generator.uniform(0.5, 0.95) * seconds)  # the moment of the kill
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not (run / "verification.parquet").exists() or process.returncode == 0
    assert run_cli(["verify", str(run)]) == 0
    counts = json.loads((run / "manifest.json").read_text())["stages"]["verify"]["counts"]
    known = counts["already_known"]
    assert verdicts(run) == verdicts(expected)
    assert (
        sum(row["reason"] == "test_failed" for row in verdicts(run)) == COUNT // 5 - 1
    )  # 0 is added and subtracted alike
    assert counts["run"] + known == COUNT
    assert known > 0
