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
from typing import Any

import pytest

from synthcode.pipelines.main import run_cli
from synthcode.storage.shards import read_file

COUNT = 200
KILLS = 4
RANDOM_SEED = 11


def checked(folder: Path) -> Path:
    """Return a run with many translations into Python, every fifth of them wrong, that is ready to be verified."""
    rows, answers = [], []
    for number in range(COUNT):
        test = f"assert add_{number}(1) == {1 + number}\nassert add_{number}(5) == {5 + number}\n"
        code = f"function add_{number}(n) {{\n    return n + {number};\n}}\n"
        seed = {"source_id": str(number), "language": "javascript", "text": f"Add {number}.", "code": code}
        rows.append({**seed, "entry_point": f"add_{number}", "tests": {"python": test}})
        right = f"def add_{number}(n):\n    return n + {number}\n"
        code = right if number % 5 else right.replace("+", "-")
        answers.append({"source_id": str(number), "target_language": "python", "text": f"```python\n{code}```"})
    for name, lines in (("seeds", rows), ("answers", answers)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    run = folder / "run"
    seeds = ["seeds", str(run), "--from", "table", "--path", str(folder / "seeds.jsonl")]
    replay = ["--backend", "replay", "--recording", str(folder / "answers.jsonl"), "--model", "m"]
    for command in (seeds, ["translate", str(run), *replay, "--targets", "python"], ["check", str(run)]):
        assert run_cli(command) == 0
    assert run_cli(["dedup", str(run), "--threshold", "1"]) == 0
    return run


def verdicts(run: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = read_file(run / "verification.parquet").drop_columns(["seconds"]).to_pylist()
    return rows


@pytest.mark.durability
def test_killed_at_random_moments_it_ends_as_if_undisturbed(tmp_path: Path) -> None:
    generator = random.Random(RANDOM_SEED)
    run = checked(tmp_path)
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
