"""'verify' on a disk that fills up: two lines, nothing lost, nothing passed that was not tested."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli
from synthcode.verification.sandboxes.sandbox import why_no_sandbox
from tests.support.programs.many_translations import checked_run, verdicts
from tests.support.runs.small_disks import on_small_disk

COUNT = 100
SCRIPT = """
import json, os, shutil, sqlite3, sys
from pathlib import Path
from synthcode.pipelines.main import run_cli
disk, prepared = Path({disk!r}), {prepared!r}
run = disk / "run"
shutil.copytree(prepared, run)
filler = open(disk / "filler", "wb", buffering=0)
try:
    while True:
        filler.write(b"x" * 4096)
except OSError:
    pass

def stored():
    try:
        with sqlite3.connect(f"file:{{run / 'test_verdicts.sqlite'}}?mode=ro", uri=True) as store:
            return store.execute("SELECT count(*) FROM verdicts").fetchone()[0]
    except sqlite3.Error:
        return 0

while True:
    before = stored()
    print("attempt", file=sys.stderr, flush=True)
    code = run_cli(["verify", str(run)])
    written = (run / "verification.parquet").exists()
    print(json.dumps([code, before, stored(), written]), flush=True)
    if code == 0 or filler.tell() < {step}:
        break
    filler.truncate(filler.tell() - {step})
    filler.seek(0, 2)
shutil.copytree(run, {result!r})
"""


@pytest.mark.durability
def test_a_full_disk_gives_two_lines_and_loses_nothing(tmp_path: Path) -> None:
    if (problem := why_no_sandbox()) is not None:
        pytest.skip(f"needs a sandbox: {problem}")
    disk, result = tmp_path / "disk", tmp_path / "result"
    disk.mkdir()
    prepared = checked_run(tmp_path, COUNT)
    script = SCRIPT.format(disk=str(disk), prepared=str(prepared), result=str(result), step=10 * 4096)
    done = on_small_disk(script, disk, megabytes=8)
    attempts = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    *failed, last = attempts
    assert failed, done.stderr
    assert all(code == 1 and not written and before <= after for code, before, after, written in failed), attempts
    assert any(0 < after < COUNT for _, _, after, _ in failed), attempts  # of seeds' cases
    assert any(COUNT < after < 2 * COUNT for _, _, after, _ in failed), attempts  # of translations
    assert last[0] == 0, done.stderr

    assert "Traceback" not in done.stderr
    for said in done.stderr.split("attempt\n")[1:-1]:
        problem, fix = said.splitlines()[-2:]
        assert problem.startswith("error: the disk is full")
        assert fix == "make room, then run the same command again: it goes on"
    counts = json.loads((result / "manifest.json").read_text())["stages"]["verify"]["counts"]
    assert counts["already_known"] == last[1] - COUNT  # what was stored was not run again
    assert run_cli(["verify", str(prepared)]) == 0
    assert verdicts(result) == verdicts(prepared)
