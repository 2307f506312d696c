"""'translate' on a disk that fills up: two lines, nothing lost, and on it goes once there is room."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.runs.small_disks import on_small_disk

QUICKSTART = Path(__file__).resolve().parents[3] / "pipelines" / "recipes" / "quickstart"

SCRIPT = """
import os
from pathlib import Path
from synthcode.pipelines.main import run_cli
from synthcode.llm.journal.journal import Journal
disk, quickstart = Path({disk!r}), Path({quickstart!r})
run = str(disk / "run")
arguments = ["translate", run, "--backend", "replay", "--recording", str(quickstart / "recording.jsonl")]
arguments += ["--targets", "java,go,rust,c,cpp,php,ruby,javascript"]
seeds = next(path for path in quickstart.iterdir() if path.name.startswith("seeds"))
assert run_cli(["seeds", run, "--from", "table", "--path", str(seeds)]) == 0
filler = open(disk / "filler", "wb", buffering=0)
try:
    while True:
        filler.write(b"x" * 4096)
except OSError:
    filler.truncate(filler.tell() - 60 * 4096)  # room for some answers, not for all
print("full", run_cli(arguments))
with Journal(disk / "run" / "completions" / "journal.sqlite", read_only=True) as journal:
    before = journal.counts().completed.total()
filler.close(); os.unlink(disk / "filler")
print("room", run_cli(arguments))
with Journal(disk / "run" / "completions" / "journal.sqlite", read_only=True) as journal:
    after = journal.counts().completed.total()
print("stored", 0 <= before < after, after)
"""


@pytest.mark.slow
def test_a_full_disk_gives_two_lines_and_loses_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    done = on_small_disk(SCRIPT.format(disk=str(disk), quickstart=str(QUICKSTART)), disk, megabytes=6)
    lines = [line for line in done.stdout.splitlines() if line.split(" ")[0] in ("full", "room", "stored")]
    assert lines[:2] == ["full 1", "room 0"], done.stderr
    assert lines[2].startswith("stored True "), lines
    assert "Traceback" not in done.stderr
    errors = done.stderr.splitlines()
    (place,) = [number for number, line in enumerate(errors) if line.startswith("error: ")]
    assert "full" in errors[place]
    assert "run the same command again" in errors[place + 1]
