"""Seeds whose lines, fields and row groups unpack to gigabytes, read by the real commands."""

from __future__ import annotations

import gzip
import subprocess
import sys
from itertools import repeat
from pathlib import Path

import pytest

MIB = 1 << 20
PIECES = {"table": 10, "hub": 90}
"""Of 64 MiB each: more than the adapter's process may hold."""
ROW = {
    "jsonl": b'{"text": "Return one, please.", "language": "python", "code": "def f():\\n    return 1\\n"}\n',
    "csv": b'text,language,code\n"Return one, please.",python,"def f():\n    return 1\n"\n',
}
BOMBS = {
    "zeros": ("jsonl", b"", b"\0"),
    "one line": ("jsonl", ROW["jsonl"] + b'{"text": "', b"a"),
    "one field": ("csv", ROW["csv"] + b'"', b"a"),
}
"""Format, beginning, and what is repeated."""
MOST = {"table": 600 * MIB, "hub": 3_800 * MIB}
"""Bytes in memory: ``datasets`` may take what :data:`synthcode.execution.isolation.MEMORY` allows."""


def peak_of(command: list[str]) -> tuple[int, str, int]:
    """Run a command; return its exit code, what it said, and the most memory of it or a child that it waited for."""
    script = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:])\n"
        "peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024\n"
        "print(f'peak {peak}'); sys.exit(done.returncode)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *command], capture_output=True, text=True, check=False, timeout=500
    )
    return done.returncode, done.stderr, int(done.stdout.rpartition("peak ")[2])


@pytest.mark.durability
@pytest.mark.parametrize(("adapter", "bomb"), [*(("table", bomb) for bomb in BOMBS), ("hub", "one line")])
def test_gigabytes_are_refused_or_rejected_in_bounded_memory(adapter: str, bomb: str, tmp_path: Path) -> None:
    kind, beginning, piece = BOMBS[bomb]
    data = tmp_path / "data"
    data.mkdir()
    with (data / f"train.{kind}.gz").open("wb") as stream:  # gzip's members may follow one another
        stream.write(gzip.compress(beginning))
        stream.writelines(repeat(gzip.compress(piece * 64 * MIB, 1), PIECES[adapter]))
    path = data if adapter == "hub" else data / f"train.{kind}.gz"
    command = [
        sys.executable,
        "-m",
        "synthcode",
        "seeds",
        str(tmp_path / "run"),
        "--from",
        adapter,
        "--path",
        str(path),
    ]
    code, said, peak = peak_of(command)
    assert peak < MOST[adapter]
    assert "Traceback" not in said
    if code:
        lines = said.splitlines()
        assert lines[-2].startswith("error: ")
        assert str(path) in lines[-2] or "too_large 1" in lines[-2]
    else:
        assert "1 seed, 1 row rejected" in said
