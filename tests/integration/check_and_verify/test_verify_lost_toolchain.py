"""A toolchain that disappears while 'verify' uses it: nothing fails its tests because of that."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from synthcode.api.calls import CallbackReporter, Progress
from synthcode.errors import SynthcodeError
from synthcode.pipelines.main import run_cli
from synthcode.pipelines.runs.interrupt import StopRequest
from synthcode.pipelines.runs.run import open_run
from synthcode.pipelines.runs.step import run_if_stale
from synthcode.pipelines.steps.verify.step import verify_step
from synthcode.storage.shards import read_file
from tests.support.programs.benches import runner_of

COUNT = 100
"""More than two batches."""


def checked_run(folder: Path) -> Path:
    """Return a run with right translations from Python into Ruby."""
    rows, answers = [], []
    for number in range(COUNT):
        code = f"def add_{number}(n):\n    return n + {number}\n"
        seed = {"source_id": str(number), "language": "python", "text": f"Add {number}.", "code": code}
        test = {"python": f"assert add_{number}(1) == {1 + number}\n"}
        rows.append({**seed, "entry_point": f"add_{number}", "tests": test})
        text = f"```ruby\ndef add_{number}(n)\n  n + {number}\nend\n```"
        answers.append({"source_id": str(number), "target_language": "ruby", "text": text})
    for name, lines in (("seeds", rows), ("answers", answers)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    run = folder / "run"
    replay = ["--backend", "replay", "--recording", str(folder / "answers.jsonl"), "--model", "m", "--targets", "ruby"]
    assert run_cli(["seeds", str(run), "--from", "table", "--path", str(folder / "seeds.jsonl")]) == 0
    for command in (["translate", str(run), *replay], ["check", str(run)], ["dedup", str(run), "--threshold", "1"]):
        assert run_cli(command) == 0
    return run


def own_toolchain(folder: Path) -> Path:
    """Fill a folder with a copy of Ruby, and links to all other programs; return the copy."""
    folder.mkdir()
    for program in Path("/usr/bin").iterdir():
        if not program.name.startswith("ruby"):
            (folder / program.name).symlink_to(program)
    return Path(shutil.copy2(Path("/usr/bin/ruby").resolve(), folder / "ruby"))


def verify(run: Path) -> int:
    """Verify in a process of its own: what was found of toolchains is kept as long as a process lives."""
    return subprocess.run([sys.executable, "-m", "synthcode", "verify", str(run)], check=False).returncode


@pytest.mark.durability
def test_what_a_lost_toolchain_leaves_keeps_its_level(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runner_of("ruby")
    run, ruby = checked_run(tmp_path), own_toolchain(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(ruby.parent))
    stored = []

    def lose_it(progress: Progress) -> None:
        if progress.label == "verify" and not stored:
            stored.append(progress.done)
            os.unlink(ruby)

    opened = open_run(
        run,
        StopRequest(),
        {"verify": {"mutants": 0, "more_inputs": 0}, "workers": 1},
        reporter=CallbackReporter(lose_it),
    )
    with pytest.raises(SynthcodeError) as raised:
        run_if_stale(opened, verify_step())
    assert "ruby does not work any more" in raised.value.problem
    assert 0 < stored[0] < COUNT
    assert not (run / "verification.parquet").exists()

    assert verify(run) == 0
    rows = read_file(run / "verification.parquet").to_pylist()
    assert len(rows) == COUNT
    assert {row["reason"] for row in rows} == {None}
    assert not {row["level"] for row in rows} & {"tested", "compiled"}
    assert all(row["detail"].startswith("no toolchain: ruby") for row in rows)

    shutil.copy2(Path("/usr/bin/ruby").resolve(), ruby)
    assert verify(run) == 0
    counts = json.loads((run / "manifest.json").read_text())["stages"]["verify"]["counts"]
    assert counts["already_known"] >= stored[0]  # of before
    assert {row["level"] for row in read_file(run / "verification.parquet").to_pylist()} == {"tested"}
