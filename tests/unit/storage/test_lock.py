from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from synthcode.errors import LockedError
from synthcode.storage.lock import hold

HOLD = "import sys, pathlib; from synthcode.storage.lock import hold\nwith hold(pathlib.Path(sys.argv[1])): "


def test_the_second_is_refused_with_the_pid_of_the_first(tmp_path: Path) -> None:
    with hold(tmp_path), pytest.raises(LockedError) as refusal, hold(tmp_path):
        pass
    assert f"pid {os.getpid()}" in refusal.value.problem


def test_a_folder_is_free_again_after_the_block(tmp_path: Path) -> None:
    with hold(tmp_path):
        pass
    with hold(tmp_path):
        pass


def test_a_process_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD + "print('held', flush=True); sys.stdin.read()", str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    with pytest.raises(LockedError, match=f"pid {process.pid}"), hold(tmp_path):
        pass
    process.kill()
    process.communicate()
    with hold(tmp_path):
        pass
